import { credentialPlace } from "../adapters/aws_credential_place.ts";
import { awsCredentials, fixedCredentials, toldCredentials, type AwsCredentials } from "../adapters/aws_credentials.ts";
import { describeTable } from "../adapters/dynamodb_describe.ts";
import { lookForTopic, tryPublishing } from "../adapters/sns_look.ts";
import type { Dataset, DynamodbLockSettings } from "../config/dataset.ts";
import { topicIn } from "../config/topic.ts";
import { IngestorError } from "../core/errors.ts";
import { isEndpoint } from "../core/s3.ts";
import { isoSeconds } from "../core/time.ts";
import { diagnose, type Diagnosis } from "../run/diagnosis.ts";
import type { Shell } from "./shell.ts";

type Found = string | Omit<Diagnosis, "what">;

/** What a dataset needs of AWS, or of what speaks like it; nothing where it needs nothing. */
export function checkAws(dataset: Dataset, shell: Shell): Promise<Diagnosis>[] {
  const { env, secrets } = shell;
  const topic = dataset.silent ? undefined : topicIn(env);
  const lock = dataset.lock?.kind === "dynamodb" ? dataset.lock : undefined;
  const isOnS3 = [dataset.load?.kind === "store" ? dataset.load.location : undefined, dataset.state?.location].some(
    (location) => location?.kind === "s3",
  );
  if (!isOnS3 && !lock && topic === undefined) return [];
  const credentials = toldCredentials(awsCredentials({ env }), secrets.add);
  return [
    diagnose("credentials", () => checkCredentials(dataset, credentials, shell)),
    ...(lock ? [diagnose("lock table", () => checkTable(lock, credentials, env))] : []),
    ...(topic === undefined ? [] : [diagnose("topic", () => checkTopic(topic, credentials, env))]),
  ];
}

async function checkCredentials({ load }: Dataset, credentials: AwsCredentials, { env }: Shell): Promise<string> {
  const location = load?.kind === "store" ? load.location : undefined;
  if (location?.kind === "s3" && location.aws_access_key_id) return "load.aws_access_key_id of the dataset file";
  const { expiration } = await credentials.current();
  const place = credentialPlace(env) ?? "~/.aws, or the role of the machine";
  return expiration === undefined ? place : `${place}, until ${isoSeconds(expiration)}`;
}

async function checkTable(lock: DynamodbLockSettings, shared: AwsCredentials, env: Shell["env"]): Promise<Found> {
  requireEndpoint("AWS_ENDPOINT_URL_DYNAMODB", env);
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey, table_name } = lock;
  const credentials = accessKeyId && secretAccessKey ? fixedCredentials({ accessKeyId, secretAccessKey }) : shared;
  const table = await describeTable({ ...lock, credentials });
  if (table === undefined) {
    const detail = `the key of "${table_name}" was not looked at: dynamodb:DescribeTable is not granted`;
    return { status: "warn", detail, todo: 'nothing, if the line "lock" is ok: a run does without that right' };
  }
  if (table.key === "lock_key (S)" && table.ready) return `"${table_name}" has the key lock_key (S)`;
  if (!table.ready) return { status: "fail", detail: `"${table_name}" is not ready`, todo: "try again in a minute" };
  const todo = "name another table in lock.table_name: one whose only key is the text lock_key, as deploy/ has it";
  return { status: "fail", detail: `"${table_name}" has the key ${table.key}`, todo };
}

async function checkTopic(topic: string, credentials: AwsCredentials, env: Shell["env"]): Promise<Found> {
  requireEndpoint("AWS_ENDPOINT_URL_SNS", env);
  const isThere = await lookForTopic(topic, credentials);
  const published = await tryPublishing(topic, credentials);
  if (published === "taken") {
    const detail = `${topic} took a message without content, which Amazon would refuse: its consumers may have got it`;
    return { status: "warn", detail };
  }
  const right = published
    ? "it may be published to"
    : "whether sns:Publish is granted shows when a version is announced";
  if (isThere) return `${topic} is there; ${right}`;
  const detail = `${right}, but ${topic} was not looked at: sns:GetTopicAttributes is not granted`;
  return { status: "warn", detail, todo: "nothing, if versions are announced: a run does without that right" };
}

/** The SDK takes anything for the URL of a server, and what then answers is another one. */
function requireEndpoint(own: string, env: Shell["env"]): void {
  const name = [own, "AWS_ENDPOINT_URL"].find((known) => env[known]);
  if (name === undefined || isEndpoint(env[name] ?? "")) return;
  throw new IngestorError("CONFIG", `Cannot use ${name}: it is not the URL of a server`, {
    hint: `${name} is an http:// or https:// URL, without user and query`,
  });
}
