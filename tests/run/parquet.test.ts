import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { fileStore } from "../../src/adapters/file_store.ts";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { partitionStrategies, type StorePolicy } from "../../src/config/policy.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { formatOf } from "../../src/store/format.ts";
import { readHead, snapshotOf } from "../../src/store/head.ts";
import { readVersion } from "../support/read_version.ts";
import { siteOf } from "../../src/store/site.ts";
import { stored } from "../support/arbitraries.ts";
import { tempFolder } from "../support/folder.ts";
import { keysIn } from "../support/objects.ts";
import { projectedOf, told } from "../support/publishing.ts";
import { storeRoot, world } from "../support/run.ts";
import { startS3Server } from "../support/s3_server.ts";
import { storeOn } from "../support/s3_store.ts";
import { thrownBy } from "../support/thrown.ts";

setDefaultTimeout(60_000);

const compressions = ["snappy", "gzip", "zstd", "none"] as const;
const server = await startS3Server();
afterAll(server.stop);
const stores: Record<string, () => ObjectStore> = {
  memory: memoryStore,
  "a directory": () => fileStore(tempFolder()),
  S3: () => storeOn(server, { location: { prefix: crypto.randomUUID() } }).store,
};

const first = ["A_D,2025-12-31,1", "A_D,2026-04-01,2", "B_D,2026-04-01,40"];
const update = [...first, "A_D,2026-04-02,3", "B_D,2026-05-01,41"];
const revision = ["A_D,2025-12-31,1", "A_D,2026-04-01,2.5", "A_D,2026-04-02,3", "B_D,2026-04-01,40"];
const sources = [first, update, revision] as const;

/** What each version holds, by partition strategy. */
const files: Record<StorePolicy["partition_strategy"], readonly (readonly string[])[]> = {
  series_year_month: [
    ["A_D/year=2025/month=12", "A_D/year=2026/month=04", "B_D/year=2026/month=04"],
    ["A_D/year=2026/month=04", "B_D/year=2026/month=05"],
    ["A_D/year=2026/month=04", "B_D/year=2026/month=05"],
  ],
  series_year: [
    ["A_D/year=2025", "A_D/year=2026", "B_D/year=2026"],
    ["A_D/year=2026", "B_D/year=2026"],
    ["A_D/year=2026", "B_D/year=2026"],
  ],
  series: [
    ["A_D", "B_D"],
    ["A_D", "B_D"],
    ["A_D", "B_D"],
  ],
  year_month: [
    ["year=2025/month=12", "year=2026/month=04"],
    ["year=2026/month=04", "year=2026/month=05"],
    ["year=2026/month=04", "year=2026/month=05"],
  ],
};

/** Publishes the three sources, and gives what is to be found after each. */
async function published(objects: ObjectStore, policy: Pick<StorePolicy, "compression" | "partition_strategy">) {
  const w = world();
  const site = siteOf("rates", objects, await formatOf({ format: "parquet", compression: policy.compression }));
  const choices = Object.entries(policy).map(([key, choice]) => `load.${key}=${choice}`);
  const set = ["load.format=parquet", "load.on_withdrawal=drop", ...choices];
  const found = [];
  for (const [index, source] of sources.entries()) {
    w.at(`2026-05-0${index + 1}T12:00:00Z`);
    w.serve(source.join("\n"));
    const { report } = await w.run({ set, ports: { openStore: () => objects } });
    const head = await readHead(site);
    if (head.kind !== "version") throw new Error(head.kind);
    const rows = await readVersion(site, snapshotOf(head));
    found.push({
      report: `${report.status}: ${report.added}, ${report.revised}, ${report.withdrawn}`,
      json_files: head.manifest.json_files,
      parquet_files: head.manifest.parquet_files,
      written: (await keysIn(objects, site.keys.dataDir(head.version_id))).map((key) =>
        key.slice(site.keys.dataDir(head.version_id).length),
      ),
      rows: rows.map(told).toSorted(),
      projected: await projectedOf(site),
      collected: new Set(rows.map(({ collection_date }) => collection_date)).size,
    });
  }
  return found;
}

const spaced = (source: readonly string[]) => source.map((row) => row.replaceAll(",", " ")).toSorted();

describe.each(Object.entries(stores))("Parquet files in %s", (_, open) => {
  test.each(partitionStrategies)("by %s: a first run, an update, a revision", async (partition_strategy) => {
    const reports = ["published: 3, 0, 0", "published: 2, 0, 0", "published: 0, 1, 1"];
    expect(await published(open(), { compression: "snappy", partition_strategy })).toEqual(
      sources.map((source, index) => {
        const partitions = files[partition_strategy][index] ?? [];
        const parquet_files = partitions.map((partition) => `${partition}/data.parquet`);
        return {
          report: reports[index] ?? "",
          json_files: parquet_files,
          parquet_files,
          written: parquet_files,
          rows: spaced(source),
          projected: spaced(source),
          collected: index + 1,
        };
      }),
    );
  });

  test.each(compressions)("compressed with %s", async (compression) => {
    const objects = open();
    const found = await published(objects, { compression, partition_strategy: "series_year_month" });
    expect(found.at(-1)).toMatchObject({ rows: spaced(revision), projected: spaced(revision) });
    const [key = ""] = await keysIn(objects, `${storeRoot}projections/A_D/`);
    const magic = Buffer.from((await objects.get(key))?.body ?? "").toString("latin1");
    expect([magic.slice(0, 4), magic.slice(-4)]).toEqual(["PAR1", "PAR1"]);
  });
});

describe("a Parquet file", () => {
  test.each(compressions)("holds what was written, and the same is written the same, with %s", async (compression) => {
    const { encode, decode } = await formatOf({ format: "parquet", compression });
    await fc.assert(
      fc.asyncProperty(fc.array(stored, { maxLength: 8 }), async (rows) => {
        const bytes = encode(rows);
        expect(await decode(bytes, "key")).toEqual(rows);
        expect(Buffer.compare(encode(rows), bytes)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test("is read whatever it was compressed with", async () => {
    const rows = fc.sample(fc.array(stored, { minLength: 5, maxLength: 5 }), { numRuns: 1, seed: 1 })[0] ?? [];
    const { decode } = await formatOf({ format: "parquet", compression: "snappy" });
    for (const compression of compressions) {
      const { encode } = await formatOf({ format: "parquet", compression });
      expect(await decode(encode(rows), "key")).toEqual(rows);
    }
  });

  test("that is damaged is an error that names it", async () => {
    const { encode, decode } = await formatOf({ format: "parquet", compression: "snappy" });
    const whole = encode([]);
    for (const bytes of [new Uint8Array(), whole.slice(0, -3), Buffer.from("[]\n")]) {
      expect(await thrownBy(Promise.resolve(decode(bytes, "a/data.parquet")))).toMatchObject({
        code: "STORAGE",
        message: 'Cannot read "a/data.parquet": it is not a data file, or is damaged',
      });
    }
  });
});
