import { join } from "node:path";
import * as v from "valibot";
import { regionName, s3KeysProblem } from "../core/s3.ts";
import type { LockSettings } from "./dataset.ts";
import { kind, type Around, type Kind } from "./kind.ts";

const key = v.pipe(
  v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1024)), "etl:{dataset_id}"),
  v.description("What is locked; `{dataset_id}` stands for the dataset's"),
);

const nonEmpty = v.pipe(v.string(), v.nonEmpty());

const timeout = v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(86_400));

const fileLock = v.strictObject({
  path: v.pipe(
    v.optional(nonEmpty),
    v.description("The folder of the lock files; default `locks` in the folder of the store, else of the state"),
  ),
  key,
  timeout_seconds: v.pipe(v.optional(timeout), v.description("Without effect: the lock ends with its process")),
});

const dynamodbLock = v.strictObject({
  table_name: v.pipe(
    v.string(),
    v.regex(/^([\w.-]{3,255}|arn:.+:table\/[\w.-]{3,255})$/, "must be the name of a table, or its ARN"),
    v.description("A table whose only key is the text `lock_key`"),
  ),
  region_name: v.pipe(v.optional(regionName, "us-east-1"), v.description("Where the table is")),
  key,
  timeout_seconds: v.pipe(
    v.optional(timeout, 300),
    v.description("How long the lock outlives a run that dies; a live run renews it"),
  ),
  aws_access_key_id: v.pipe(
    v.optional(nonEmpty),
    v.description("Credentials, instead of those of the environment, the profile or the container"),
  ),
  aws_secret_access_key: v.pipe(v.optional(nonEmpty), v.description("Belongs to `aws_access_key_id`")),
});

function dynamodbSettings(options: v.InferOutput<typeof dynamodbLock>, around: Around): LockSettings | string {
  const problem = s3KeysProblem(options);
  if (problem !== undefined) return `: ${problem}`;
  if (options.aws_access_key_id !== undefined) {
    around.warn(
      ".aws_access_key_id: what is in a dataset file gets around; " +
        "without the two keys, those of the task role, the profile or the environment are used",
    );
  }
  return { kind: "dynamodb", ...options, key: named(options.key, around) };
}

/** Beside what the lock guards, as far as that lies in a folder. */
function lockFolder({ store, state }: Around): string {
  const location = typeof store === "object" && store.kind === "file" ? store : state?.location;
  return join(location?.kind === "file" ? location.root : "data", "locks");
}

const named = (text: string, { dataset_id }: Around) => text.replaceAll("{dataset_id}", () => dataset_id);

export const lockKinds: Record<string, Kind<LockSettings>> = {
  dynamodb: kind(dynamodbLock, dynamodbSettings),
  file: kind(fileLock, ({ path, key: text }, around) => ({
    kind: "file",
    key: named(text, around),
    folder: path ?? lockFolder(around),
  })),
  memory: kind(v.strictObject({ key }), ({ key: text }, around) => ({ kind: "memory", key: named(text, around) })),
};
