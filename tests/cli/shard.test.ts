import { expect, test } from "bun:test";
import { isInShard, readShard, shardIn } from "../../src/cli/shard.ts";

test("a shard is I/N, from 0", () => {
  expect(readShard("0/1")).toEqual({ index: 0, count: 1 });
  expect(readShard("9/10")).toEqual({ index: 9, count: 10 });
});

test.each(["", "1", "1/1", "10/10", "-1/2", "a/2", "0/0", "1/2/3", "0/10001", "0x1/2"])("%j is none", (text) => {
  expect(() => readShard(text)).toThrow('"--shard" wants I/N such as 0/4');
});

const ids = Array.from({ length: 1000 }, (_, index) => `dataset_${index}`);

test("every dataset is in one part, and the parts are about equal", () => {
  const parts = Array.from({ length: 8 }, (_, index) => ids.filter((id) => isInShard(id, { index, count: 8 })));
  expect(parts.flat().toSorted()).toEqual(ids.toSorted());
  for (const part of parts) expect(Math.abs(part.length - 125)).toBeLessThan(40);
});

test("where a dataset is never changes: runs that are planned rely on it", () => {
  const counts = [1, 2, 10];
  const indexOf = (id: string, count: number) =>
    Array.from({ length: count }, (_, index) => index).findIndex((index) => isInShard(id, { index, count }));
  expect(["bcra_infomondia_series", "example", "ñ"].map((id) => counts.map((count) => indexOf(id, count)))).toEqual([
    [0, 0, 0],
    [0, 0, 4],
    [0, 0, 8],
  ]);
});

test.each([
  [{}, undefined],
  [{ INGESTOR_SHARDS: "4" }, undefined],
  [
    { AWS_BATCH_JOB_ARRAY_INDEX: "3", AWS_BATCH_JOB_ARRAY_SIZE: "10" },
    { index: 3, count: 10 },
  ],
  [
    { JOB_COMPLETION_INDEX: "0", INGESTOR_SHARDS: "4" },
    { index: 0, count: 4 },
  ],
  [
    { JOB_COMPLETION_INDEX: "2", JOB_COMPLETIONS: "4" },
    { index: 2, count: 4 },
  ],
] as const)("the environment %j is %j", (env, shard) => {
  expect(shardIn(env)).toEqual(shard);
});

test.each([
  [{ JOB_COMPLETION_INDEX: "2" }, 'JOB_COMPLETION_INDEX is "2", and nothing says of how many'],
  [{ JOB_COMPLETION_INDEX: "4", INGESTOR_SHARDS: "4" }, 'JOB_COMPLETION_INDEX is "4", and INGESTOR_SHARDS is "4"'],
  [
    { AWS_BATCH_JOB_ARRAY_INDEX: "1", AWS_BATCH_JOB_ARRAY_SIZE: "many" },
    'AWS_BATCH_JOB_ARRAY_INDEX is "1", and AWS_BATCH_JOB_ARRAY_SIZE is "many"',
  ],
] as const)("the environment %j says too little", (env, reason) => {
  expect(() => shardIn(env)).toThrow(`Cannot tell the shard: ${reason}`);
});
