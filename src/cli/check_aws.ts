import { credentialPlace } from "../adapters/aws_credential_place.ts";
import { awsCredentials, fixedCredentials, toldCredentials, type AwsCredentials } from "../adapters/aws_credentials.ts";
import { describeTable } from "../adapters/dynamodb_describe.ts";
import { s3Address } from "../adapters/s3_address.ts";
import { serverTime } from "../adapters/server_time.ts";
import { lookForTopic } from "../adapters/sns_look.ts";
import type { Dataset, DynamodbLockSettings } from "../config/dataset.ts";
import { topicIn } from "../config/topic.ts";
import { isoSeconds } from "../core/time.ts";
import { diagnose, type Diagnosis } from "../run/diagnosis.ts";
import type { Shell } from "./shell.ts";

/** What a dataset needs of AWS, or of what speaks like it; nothing where it needs nothing. */
export async function checkAws(dataset: Dataset, shell: Shell): Promise<Diagnosis[]> {
  const { env, secrets } = shell;
  const topic = dataset.silent ? undefined : topicIn(env);
  const lock = dataset.lock?.kind === "dynamodb" ? dataset.lock : undefined;
  const isOnS3 = [dataset.load?.kind === "store" ? dataset.load.location : undefined, dataset.state?.location].some(
    (location) => location?.kind === "s3",
  );
  if (!isOnS3 && !lock && topic === undefined) return [];
  const credentials = toldCredentials(awsCredentials({ env }), secrets.add);
  return Promise.all([
    diagnose("credentials", () => checkCredentials(dataset, credentials, shell)),
    ...(lock ? [diagnose("lock table", () => checkTable(lock, credentials))] : []),
    ...(topic === undefined ? [] : [diagnose("topic", () => checkTopic(topic, credentials))]),
  ]);
}

async function checkCredentials({ load }: Dataset, credentials: AwsCredentials, { env }: Shell): Promise<string> {
  const location = load?.kind === "store" ? load.location : undefined;
  if (location?.kind === "s3" && location.aws_access_key_id) return "load.aws_access_key_id of the dataset file";
  const { expiration } = await credentials.current();
  const place = credentialPlace(env) ?? "~/.aws, or the role of the machine";
  return expiration === undefined ? place : `${place}, until ${isoSeconds(expiration)}`;
}

async function checkTable(
  lock: DynamodbLockSettings,
  shared: AwsCredentials,
): Promise<string | Omit<Diagnosis, "what">> {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey, table_name } = lock;
  const credentials = accessKeyId && secretAccessKey ? fixedCredentials({ accessKeyId, secretAccessKey }) : shared;
  const table = await describeTable({ ...lock, credentials });
  if (table === undefined) {
    const detail = `the key of "${table_name}" was not looked at: dynamodb:DescribeTable is not granted`;
    return { status: "warn", detail, todo: "nothing, if the lock below is ok: a run does without that right" };
  }
  if (table.key === "lock_key (S)" && table.ready) return `"${table_name}" has the key lock_key (S)`;
  if (!table.ready) return { status: "fail", detail: `"${table_name}" is not ready`, todo: "try again in a minute" };
  const todo = "name another table in lock.table_name: one whose only key is the text lock_key, as deploy/ has it";
  return { status: "fail", detail: `"${table_name}" has the key ${table.key}`, todo };
}

async function checkTopic(topic: string, credentials: AwsCredentials): Promise<string | Omit<Diagnosis, "what">> {
  const unproven = "whether sns:Publish is granted shows only when a version is announced";
  if (await lookForTopic(topic, credentials)) return `${topic} is there; ${unproven}`;
  const detail = `${topic} was not looked at: sns:GetTopicAttributes is not granted; ${unproven}`;
  return { status: "warn", detail, todo: "nothing, if versions are announced: a run does without that right" };
}

const wideSkew = 30;
const refusedSkew = 300;

/** How far the clock is from that of whom the dataset talks to; nothing where it talks to nobody. */
export async function checkClock(dataset: Dataset, { env, now }: Shell): Promise<Diagnosis[]> {
  const url = serverOf(dataset, env);
  if (url === undefined) return [];
  const host = new URL(url).host;
  const found = await diagnose("clock", async () => {
    const time = await serverTime(url);
    if (time === undefined) return { status: "warn", detail: `${host} does not say what time it is` };
    const skew = Math.abs(now().getTime() - time.getTime()) / 1000;
    const detail = `${skew < 2 ? "as" : `${Math.round(skew)} s from`} that of ${host}`;
    const status = skew > refusedSkew ? "fail" : skew > wideSkew ? "warn" : "ok";
    return {
      status,
      detail,
      todo: status === "ok" ? undefined : "set the clock, and keep it right (NTP): AWS refuses 5 to 15 minutes",
    };
  });
  // Whether the server can be reached is for other lines to say.
  return [found.status === "fail" && found.todo === undefined ? { ...found, status: "warn" } : found];
}

function serverOf({ load, source }: Dataset, env: Shell["env"]): string | undefined {
  if (load?.kind === "store" && load.location.kind === "s3") return s3Address(load.location, env).endpoint;
  const url = "url" in source.options && typeof source.options.url === "string" ? URL.parse(source.options.url) : null;
  return url && /^https?:$/.test(url.protocol) ? `${url.origin}/` : undefined;
}
