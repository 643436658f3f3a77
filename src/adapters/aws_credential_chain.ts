import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { IngestorError, reasonOf } from "../core/errors.ts";
import type { AwsKeys, Env } from "./aws_credentials.ts";

/** Asks every provider of the SDK in turn: profiles, SSO, processes, web identity, container, machine. */
export async function findKeys(env: Env): Promise<AwsKeys> {
  const reasons: string[] = [];
  try {
    return await defaultProvider({ logger: listener(reasons) })();
  } catch (error) {
    const { where, hint } = placeOf(env);
    const reason = [reasonOf(error), ...reasons].map(cleaned).find((text) => !saysNothing.test(text));
    throw new IngestorError("CONFIG", `Cannot get AWS credentials from ${where}: ${reason ?? "there are none"}`, {
      cause: error,
      hint,
    });
  }
}

/** Only its log says why a provider gave nothing; without one, the SDK writes warnings on the console. */
function listener(reasons: string[]) {
  const debug = (text: unknown) => {
    const [, reason] = /^@smithy\/property-provider -> (.*)/s.exec(String(text)) ?? [];
    if (reason !== undefined) reasons.push(reason);
  };
  return { debug, info() {}, warn() {}, error() {} };
}

/** Of providers that nobody has set up, and of the chain as a whole. */
const saysNothing =
  /^(Could not load credentials from any|Unable to find environment|AWS_PROFILE is set|Skipping SSO|Web identity configuration not|AWS_EC2_METADATA_V1_DISABLED not set|Could not resolve credentials using profile: \[default\]|Profile default could not)/;

function cleaned(reason: string): string {
  // A command line can hold secrets.
  if (/command failed/i.test(reason)) return "the credential_process of the profile failed";
  return reason
    .replace(/^Error:\s*/, "")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\.$/, "");
}

/** Where the SDK looks, as far as the environment tells: the first of these that is named decides. */
function placeOf(env: Env): { where: string; hint: string } {
  const before = "the environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  if (env.AWS_PROFILE) {
    const hint = `${before}, and AWS_PROFILE names this profile; "aws sso login" renews one of SSO`;
    return { where: `the profile "${env.AWS_PROFILE}"`, hint };
  }
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE) {
    return { where: "the web identity", hint: `${before}; check AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN` };
  }
  const container = containerHost(env);
  if (container !== undefined) {
    const hint = `${before}, and no profile has credentials; check the task role, and that its endpoint can be reached`;
    return { where: `the container's endpoint at "${container}"`, hint };
  }
  return {
    where: "any source",
    hint: `${before}, there are none in ~/.aws, and no container or EC2 instance offers any; set the two, or AWS_PROFILE`,
  };
}

/** The path is left out: that it cannot be guessed is what guards the credentials. */
function containerHost(env: Env): string | undefined {
  if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) return "169.254.170.2";
  const full = env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  return full ? (URL.parse(full)?.host ?? "AWS_CONTAINER_CREDENTIALS_FULL_URI") : undefined;
}
