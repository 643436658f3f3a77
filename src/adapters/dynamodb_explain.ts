import { IngestorError, reasonOf, type ErrorCode } from "../core/errors.ts";

interface Asked {
  table_name: string;
  region_name: string;
}

interface Explanation {
  reason: string;
  hint?: string;
  /** `STORAGE` where it is not said. */
  code?: ErrorCode;
}

/** The error for whatever the SDK threw. `what` is the act, as in `take the lock "etl:rates"`. */
export function cannotLock(what: string, thrown: unknown, asked: Asked): unknown {
  if (thrown instanceof IngestorError || !(thrown instanceof Error) || !isFromOutside(thrown)) return thrown;
  const explain = explanations.find(([pattern]) => pattern.test(`${codeOf(thrown)} ${thrown.message}`))?.[1];
  const { reason, hint, code = "STORAGE" } = explain?.(asked, thrown) ?? { reason: saidBy(thrown) };
  return new IngestorError(code, `Cannot ${what}: ${reason}`, { hint, cause: thrown });
}

/** Anything else is a bug. */
function isFromOutside(error: Error): boolean {
  return "$fault" in error || "code" in error || error.name === "TimeoutError";
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

function saidBy(error: Error): string {
  return `DynamoDB says ${codeOf(error)}: ${reasonOf(error).replace(/\.$/, "")}`;
}

const endpointHint = "AWS_ENDPOINT_URL_DYNAMODB, else AWS_ENDPOINT_URL, is the http:// or https:// URL of a server";

/** By the code of the error, a space, and its message. */
const explanations: readonly [RegExp, (asked: Asked, error: Error) => Explanation][] = [
  [
    /^ResourceNotFoundException /,
    (asked) => ({
      code: "CONFIG",
      reason: `there is no table "${asked.table_name}" in ${asked.region_name}`,
      hint: `create it: ${creation(asked)} (deploy/ has it too), or check table_name and region_name`,
    }),
  ],
  [
    /^ValidationException .*\bkeys?\b/i,
    (asked) => ({
      code: "CONFIG",
      reason: `the table "${asked.table_name}" has another key than the text "lock_key"`,
      hint: `name another table, and create it: ${creation(asked)} (deploy/ has it too)`,
    }),
  ],
  [
    /^AccessDenied/,
    ({ table_name, region_name }) => ({
      reason: `access to the table "${table_name}" is denied`,
      hint: `grant dynamodb:GetItem and dynamodb:UpdateItem on ${arnOf(table_name, region_name)}`,
    }),
  ],
  [
    /^(UnrecognizedClient|InvalidSignature|MissingAuthenticationToken|IncompleteSignature)/,
    () => ({
      code: "CONFIG",
      reason: "DynamoDB does not take the credentials",
      hint: "check the access key, its secret and, of a role, the session token; and the clock of this machine",
    }),
  ],
  [
    /^(ExpiredToken|RequestExpired)/,
    () => ({ code: "CONFIG", reason: "the credentials have expired", hint: "renew them, or use a profile or a role" }),
  ],
  [
    /^ERR_INVALID_URL /,
    () => ({ code: "CONFIG", reason: "the endpoint of the environment is not a URL", hint: endpointHint }),
  ],
  [
    // The SDK does not know an error that has no name.
    /^Unknown /,
    ({ region_name }) => ({ reason: `what answers for ${region_name} is not DynamoDB`, hint: endpointHint }),
  ],
  [
    /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|EPIPE|ETIMEDOUT|TimeoutError|ConnectionRefused|FailedToOpenSocket)/,
    ({ region_name }, error) => ({
      reason: `DynamoDB in ${region_name} cannot be reached (${codeOf(error)})`,
      hint: "check region_name, the network, and AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL if they are set",
    }),
  ],
];

function creation({ table_name, region_name }: Asked): string {
  const attribute = "--attribute-definitions AttributeName=lock_key,AttributeType=S";
  const key = "--key-schema AttributeName=lock_key,KeyType=HASH";
  const [name] = table_name.split("/").slice(-1);
  return `aws dynamodb create-table --table-name ${name} ${attribute} ${key} --billing-mode PAY_PER_REQUEST --region ${region_name}`;
}

function arnOf(table_name: string, region_name: string): string {
  return table_name.startsWith("arn:") ? table_name : `arn:aws:dynamodb:${region_name}:*:table/${table_name}`;
}
