import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ingestor } from "../support/binary.ts";
import { tempFolder } from "../support/folder.ts";
import { startS3Server, testKeys } from "../support/s3_server.ts";

setDefaultTimeout(60_000);

const careless = await startS3Server({ ignoresConditions: true });
const strict = await startS3Server();
afterAll(async () => {
  await Promise.all([careless.stop(), strict.stop()]);
});
beforeEach(() => {
  for (const { objects, log } of [careless, strict]) {
    objects.clear();
    log.length = 0;
  }
});

const parser = `import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({ name: "one", summary: "s", options: v.strictObject({ value: v.optional(v.number(), 1) }), *parse(_, { value }) {
  yield { internal_series_code: "A_D", obs_time: "2026-01-01", value, unit: "index", frequency: "D" };
} });
`;

const dataset = `dataset_id: rates
frequency: D
source: { kind: file, path: source.txt }
parse: { plugin: one }
normalize: { plugin: series }
load: { plugin: s3_versioned, bucket: test-bucket, endpoint_url: "\${ENDPOINT}" }
`;

const unsafe = ["--set", "load.unsafe_no_conditional_put=true"];

function world({ endpoint }: { endpoint: string }) {
  const cwd = tempFolder({ "plugins/one.ts": parser, "datasets/source.txt": "x", "datasets/rates.yaml": dataset });
  const env = {
    ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: testKeys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: testKeys.secretAccessKey,
  };
  return (...args: string[]) => ingestor(args, { cwd, env });
}

describe("a server that takes every put, whatever its conditions", () => {
  test("gets no first version, and is told why", async () => {
    const call = world(careless);
    const ended = await call("run", "rates");
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toEndWith(
      'Cannot publish "rates": "s3://test-bucket" does not enforce If-None-Match and If-Match, so that two runs could undo each other unseen\n' +
        "hint: use a server that does, as Amazon S3 and current releases of MinIO do; " +
        "only where two runs of a dataset never meet, load.unsafe_no_conditional_put: true publishes all the same\n",
    );
    expect(careless.objects.has("datasets/rates/index/current_version.txt")).toBe(false);
    expect((await call("run", "rates")).exitCode).toBe(2);
  });

  test("is taken where the dataset file says so", async () => {
    const call = world(careless);
    expect((await call("run", "rates", ...unsafe)).exitCode).toBe(0);
    expect(careless.objects.has("datasets/rates/index/current_version.txt")).toBe(true);
  });
});

test("a server that enforces them proves it once, before the first version", async () => {
  const call = world(strict);
  expect((await call("run", "rates")).exitCode).toBe(0);
  const refused = () => strict.log.filter(({ kind, status }) => kind === "PutObject" && status === 412);
  const versions = () => refused().filter(({ key }) => key.includes("/versions/"));
  expect(versions().map(({ key }) => key.replace(/versions\/[^/]+/, "versions/V"))).toEqual([
    "datasets/rates/versions/V/manifest.json",
    "datasets/rates/versions/V/manifest.json",
  ]);
  strict.log.length = 0;
  expect((await call("run", "rates", "--set", "parse.value=2")).stdout).toStartWith("rates: published");
  expect(versions()).toEqual([]);
});
