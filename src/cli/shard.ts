import { IngestorError } from "../core/errors.ts";
import { wrongArguments } from "./flags.ts";

/** One of several parts of all datasets, counted from 0. */
export interface Shard {
  index: number;
  count: number;
}

type Env = Readonly<Record<string, string | undefined>>;

const most = 10_000;

/** The part of `I/N`. Throws an `IngestorError` (`ARGUMENT`) for anything else. */
export function readShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (isShard(shard)) return shard;
  throw wrongArguments([`"--shard" wants I/N such as 0/4, with I from 0 to N - 1 and N up to ${most}`]);
}

function isShard({ index, count }: Shard): boolean {
  return Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count && count <= most;
}

/** Where engines say which of several runs this is, and of how many. Kubernetes says only the first. */
const engines = [
  { index: "AWS_BATCH_JOB_ARRAY_INDEX", counts: ["AWS_BATCH_JOB_ARRAY_SIZE", "INGESTOR_SHARDS"] },
  { index: "JOB_COMPLETION_INDEX", counts: ["JOB_COMPLETIONS", "INGESTOR_SHARDS"] },
];

/** The part that the environment names, if it does. Throws an `IngestorError` (`ARGUMENT`) where it does so by half. */
export function shardIn(env: Env): Shard | undefined {
  const engine = engines.find(({ index }) => env[index]);
  if (engine === undefined) return undefined;
  const index = env[engine.index] ?? "";
  const named = engine.counts.find((name) => env[name]);
  const shard = { index: wholeNumber(index), count: wholeNumber(env[named ?? ""] ?? "") };
  if (named !== undefined && isShard(shard)) return shard;
  const reason = named === undefined ? "nothing says of how many" : `${named} is "${env[named]}"`;
  throw new IngestorError("ARGUMENT", `Cannot tell the shard: ${engine.index} is "${index}", and ${reason}`, {
    hint: `set INGESTOR_SHARDS to the number of runs that there are, or say --shard ${index}/N; --shard 0/1 is all of them`,
  });
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Whether a dataset is in the part. Only its own id decides: others come and go, and it stays where it is. */
export function isInShard(dataset_id: string, { index, count }: Shard): boolean {
  const hash = new Bun.CryptoHasher("sha256").update(dataset_id).digest();
  return hash.readUIntBE(0, 6) % count === index;
}
