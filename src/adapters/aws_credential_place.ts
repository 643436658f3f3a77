import type { Env } from "./aws_credentials.ts";

/** Where credentials come from, as far as the environment tells; undefined where it names none. */
export function credentialPlace(env: Env): string | undefined {
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) {
    return `AWS_ACCESS_KEY_ID of the environment${env.AWS_SESSION_TOKEN ? ", with a session token" : ""}`;
  }
  if (env.AWS_PROFILE) return `the profile "${env.AWS_PROFILE}"`;
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE) return `the web identity of ${env.AWS_ROLE_ARN ?? "no role"}`;
  if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI) {
    return "the role of the container";
  }
  return undefined;
}
