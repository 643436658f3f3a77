import { IngestorError, type ErrorCode } from "../core/errors.ts";
import type { S3Location } from "../core/ports.ts";
import type { S3Address } from "./s3_address.ts";
import { isCertificate, type Refusal } from "./s3_refusal.ts";

/** What a request was for: how messages say it, and the right that it needs. */
export const s3Acts = {
  read: { verb: "read", action: "s3:GetObject" },
  write: { verb: "write", action: "s3:PutObject" },
  list: { verb: "list", action: "s3:ListBucket" },
  delete: { verb: "delete", action: "s3:DeleteObject" },
} as const;

export type S3Act = keyof typeof s3Acts;

interface Explanation {
  reason: string;
  hint?: string;
  /** `STORAGE` where it is not said. */
  code?: ErrorCode;
}

interface Asked {
  location: S3Location;
  address: S3Address;
  act: S3Act;
  /** Whether it would have been tried again, were the program not to end. */
  stopped?: boolean;
}

/** The error for a request given up after that many attempts. `what` is the object or the prefix, as people write it. */
export function cannot(what: string, refusal: Refusal, attempts: number, asked: Asked): IngestorError {
  const { reason, hint, code = "STORAGE" } = explain(refusal, asked);
  const tries = attempts > 1 ? `, after ${attempts} attempts` : "";
  const message = `Cannot ${s3Acts[asked.act].verb} "${what}": ${reason}${tries}`;
  if (asked.stopped) return new IngestorError("STOPPED", `${message}, and there is no time to try again`, { hint });
  return new IngestorError(code, message, { hint });
}

function explain(refusal: Refusal, asked: Asked): Explanation {
  if (refusal.status === 0) return explainNetwork(refusal, asked);
  const elsewhere = explainRegion(refusal, asked.location);
  if (elsewhere) return elsewhere;
  return (explanations[refusal.code] ?? explanations[refusal.status] ?? explainOther)(asked, refusal);
}

function explainRegion(
  { status, code, region }: Refusal,
  { bucket, region: ours }: S3Location,
): Explanation | undefined {
  const isElsewhere = [301, 307].includes(status) || /^(AuthorizationHeaderMalformed|IllegalLocation)/.test(code);
  if (!isElsewhere || region === ours) return undefined;
  const [where, hint] = region
    ? [`in "${region}", `, `set aws_region: ${region}`]
    : ["", "set aws_region to where it is"];
  return { code: "CONFIG", reason: `the bucket "${bucket}" is ${where}not in "${ours}"`, hint };
}

const explanations: Record<string, (asked: Asked, refusal: Refusal) => Explanation> = {
  NoSuchBucket: ({ location }) => ({
    code: "CONFIG",
    reason: `there is no bucket "${location.bucket}"`,
    hint: "create it, or check bucket and endpoint",
  }),
  InvalidAccessKeyId: () => ({
    code: "CONFIG",
    reason: "S3 does not know the access key",
    hint: "check AWS_ACCESS_KEY_ID, aws_access_key_id or the profile; keys of a role need their session token",
  }),
  SignatureDoesNotMatch: () => ({
    code: "CONFIG",
    reason: "the signature is wrong",
    hint: "check that the secret access key belongs to the access key id",
  }),
  ExpiredToken: () => ({
    code: "CONFIG",
    reason: "the credentials have expired",
    hint: "renew AWS_SESSION_TOKEN and the keys that go with it, or use a profile or a role, which renew themselves",
  }),
  InvalidToken: () => ({
    code: "CONFIG",
    reason: "S3 does not know the session token",
    hint: "AWS_SESSION_TOKEN must belong to the keys; keys that have none must not be used with one",
  }),
  RequestTimeTooSkewed: () => ({
    reason: "the clock of this machine is wrong",
    hint: "S3 takes no request that is 15 minutes off: set the clock, and keep it right (NTP)",
  }),
  403: ({ location, act }, { code }) => ({
    reason: `access denied: it needs ${s3Acts[act].action} on the bucket "${location.bucket}" (403${code && ` ${code}`})`,
    hint: deniedHints[act],
  }),
  409: (_, { code }) => ({ reason: `another request keeps being in the way (409${code && ` ${code}`})` }),
  501: () => ({
    code: "CONFIG",
    reason: "the server cannot do that (501 Not Implemented)",
    hint: "the store relies on conditional PUTs (If-Match, If-None-Match): use a server that knows them",
  }),
};

const deniedHints: Record<S3Act, string> = {
  read: "without s3:ListBucket on the bucket, S3 answers 403 for what is not there, too: grant that as well",
  write:
    "grant s3:PutObject on the objects of the bucket, and s3:GetObject, which replacing on condition needs as well",
  list: "s3:ListBucket is granted on the bucket itself, not on its objects",
  delete: "s3:DeleteObject is granted on the objects of the bucket",
};

function explainOther(_: Asked, { status, code, message }: Refusal): Explanation {
  const said = message === "" ? "" : `: ${message.slice(0, 200).replace(/\.$/, "")}`;
  return { reason: `${`${status} ${code}`.trimEnd()}${said}` };
}

function explainNetwork(refusal: Refusal, { address, location }: Asked): Explanation {
  const { code, message } = refusal;
  const host = new URL(address.urlOf("")).host;
  const where = address.isCustom ? "check endpoint_url or AWS_ENDPOINT_URL" : `check aws_region ("${location.region}")`;
  if (isCertificate(refusal)) {
    const hint = "NODE_EXTRA_CA_CERTS can name a file with the certificate of the authority that signed it";
    return { reason: `the TLS certificate of "${host}" is not trusted: ${message || code}`, hint };
  }
  switch (code) {
    case "ECONNREFUSED":
      return { reason: `"${host}" refuses the connection`, hint: where };
    case "ENOTFOUND":
      return {
        reason: `the host "${host}" is unknown`,
        hint: `${where}, and that this machine can look up names (DNS)`,
      };
    case "EPROTO":
      return { reason: `the TLS handshake with "${host}" failed`, hint: `${where}: https:// or http://` };
    case "ECONNRESET":
      return { reason: `"${host}" closed the connection before its answer was complete` };
    case "TIMEOUT":
      return { reason: `"${host}" gave no complete answer in time` };
    case "CORRUPT":
      return { reason: "what arrived is not what was stored: its length or checksum differs" };
    default:
      return { reason: `"${host}" cannot be reached (${code})`, hint: where };
  }
}
