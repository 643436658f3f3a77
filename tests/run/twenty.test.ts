import { join } from "node:path";
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { AwsClient } from "aws4fetch";
import { memoryNotifier } from "../../src/adapters/memory_notifier.ts";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { fileStore } from "../../src/adapters/file_store.ts";
import { s3Store } from "../../src/adapters/s3.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { readManifest } from "../../src/store/head.ts";
import { ingestor } from "../support/binary.ts";
import { tempFolder } from "../support/folder.ts";
import { linesPlugin } from "../support/lines_plugin.ts";
import { textAt } from "../support/objects.ts";
import { chainOf, ratesIn } from "../support/publishing.ts";
import { currentIn, projectedIn, seeded, storeRoot, world } from "../support/run.ts";
import { startS3Server } from "../support/s3_server.ts";
import { storeOn } from "../support/s3_store.ts";

setDefaultTimeout(60_000);

const publishers = Array.from({ length: 20 }, (_, index) => index);
const base = ["A_D,2026-03-31,1", "A_D,2026-04-01,2", "B_D,2026-04-01,40"];

/** All begin with the same; the last has no more than that, and the one before it what the first has. */
function sourceOf(publisher: number): string[] {
  if (publisher === 19) return base;
  const day = String((publisher === 18 ? 0 : publisher) + 2).padStart(2, "0");
  return [...base, `A_D,2026-04-${day},${day}`, `B_D,2026-04-${day},${day}`];
}

const text = (publisher: number) => sourceOf(publisher).join("\n");
const all = [...new Set(publishers.flatMap(sourceOf))]
  .map((row) => row.replace(/,0(\d)$/, ",$1"))
  .toSorted((a, b) => a.localeCompare(b));

/** What a store holds in the end, and what the publishers said. */
async function expectAllOf(objects: ObjectStore, statuses: readonly string[]) {
  const site = ratesIn(objects);
  expect(await currentIn(objects)).toEqual(all);
  expect(await projectedIn(objects)).toEqual(all);
  const chain = await chainOf(site);
  const manifests = await Promise.all(chain.map((version_id) => readManifest(site, version_id)));
  expect(manifests.reduce((sum, manifest) => sum + Number(manifest?.["data_points_count"]), 0)).toBe(all.length);
  expect(statuses.toSorted()).toEqual([...Array<string>(18).fill("published"), "unchanged", "unchanged"]);
  expect(chain).toHaveLength(19);
  const current = chain.at(-1);
  const shown: unknown = JSON.parse((await textAt(objects, `${storeRoot}projections/manifest.json`)) ?? "");
  expect(shown).toEqual({ version_id: current, announced: current });
  return chain;
}

/** Twenty runs in this process, each at a store that it opened itself. */
async function publishTogether(open: () => ObjectStore) {
  const w = world();
  const notifier = memoryNotifier();
  w.serve(base.join("\n"));
  const beginning = open();
  await w.run({ ports: { notifier, openStore: () => beginning } });
  const ended = await Promise.all(
    publishers.map(async (publisher) => {
      const objects = open();
      const http = {
        get: async (url: string) => {
          return { status: 200, url, headers: new Headers(), body: new Blob([text(publisher)]) };
        },
      };
      const ports = { notifier, http, random: seeded(publisher + 2), openStore: () => objects };
      const { report, error } = await w.run({ ports });
      if (error) throw error;
      return report.status;
    }),
  );
  const chain = await expectAllOf(open(), ended);
  expect([...new Set(notifier.told.map(({ version_id }) => version_id))]).toEqual(chain);
}

test("in memory: nothing is lost, nothing published twice, every version announced", async () => {
  const objects = memoryStore();
  await publishTogether(() => objects);
});

const server = await startS3Server();
afterAll(server.stop);

test("on S3", async () => {
  await publishTogether(() => storeOn(server).store);
});

const outside = process.env["INGESTOR_TEST_AWS_ENDPOINT"];

test.skipIf(!outside)(`on S3 at ${outside}`, async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "test", AWS_SECRET_ACCESS_KEY: secretAccessKey = "test" } = process.env;
  const bucket = `rates-${crypto.randomUUID()}`;
  const region = "us-east-1";
  await new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3" }).fetch(`${outside}/${bucket}`, {
    method: "PUT",
  });
  await publishTogether(() => s3Store({ kind: "s3", bucket, prefix: "", region, endpoint_url: outside }));
});

const dataset = `dataset_id: rates
source: { kind: file, path: base.txt }
parse: { plugin: lines }
normalize: { plugin: series, timezone: America/Argentina/Buenos_Aires }
load: { plugin: file_versioned, root: ./out }
`;

test("on a directory, twenty processes of the program", async () => {
  const sources = Object.fromEntries(publishers.map((index) => [`datasets/${index}.txt`, text(index)]));
  const cwd = tempFolder({
    "plugins/lines.ts": linesPlugin("D"),
    "datasets/rates.yaml": dataset,
    "datasets/base.txt": base.join("\n"),
    ...sources,
  });
  const run = async (source: string) => {
    const ended = await ingestor(["run", "rates", "--json", "--set", `source.path=${source}.txt`], { cwd });
    expect(ended).toMatchObject({ exitCode: 0 });
    return (JSON.parse(ended.stdout) as { status: string }).status;
  };
  await run("base");
  const statuses = await Promise.all(publishers.map((publisher) => run(String(publisher))));
  await expectAllOf(fileStore(join(cwd, "out")), statuses);
});
