import { expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { fileStore } from "../../src/adapters/file_store.ts";
import { memoryNotifier } from "../../src/adapters/memory_notifier.ts";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { partitionStrategies } from "../../src/config/policy.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { value } from "../support/arbitraries.ts";
import { tempFolder } from "../support/folder.ts";
import { storeRoot, withState, world } from "../support/run.ts";

setDefaultTimeout(60_000);

/** A series without any observation would stop the run. */
const always = ["A_D,2021-12-31,1", "B_D,2021-12-31,1"];

/** Lines of a source in any order, one of each series and day. */
const source = fc
  .uniqueArray(
    fc.record({
      code: fc.constantFrom("A_D", "B_D"),
      date: fc
        .integer({ min: 0, max: 1000 })
        .map((day) => new Date(Date.UTC(2022, 0, 1) + day * 86_400_000).toISOString().slice(0, 10)),
      value,
    }),
    { minLength: 1, maxLength: 30, selector: ({ code, date }) => `${code} ${date}` },
  )
  .map((rows) => [...always, ...rows.map((row) => `${row.code},${row.date},${row.value}`)]);

const keeping = fc
  .record({
    format: fc.constantFrom("json", "json", "parquet"),
    strategy: fc.constantFrom(...partitionStrategies),
    mode: fc.constantFrom("copy", "direct"),
    withdrawal: fc.constantFrom("keep", "drop"),
    state: fc.constantFrom([withState], []),
  })
  .map(({ format, strategy, mode, withdrawal, state }) => [
    `load.format=${format}`,
    `load.partition_strategy=${strategy}`,
    `load.projection.mode=${mode}`,
    `load.on_withdrawal=${withdrawal}`,
    ...state,
  ]);

/** Ways to run again: what is known is enough, all is compared, nothing is remembered, or the source says it differently. */
const again = ["the same", "full", "forgotten", "another order"] as const;

async function contentOf(objects: ObjectStore, apart: readonly string[]): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for await (const { key } of objects.list("")) {
    if (apart.some((part) => key.startsWith(storeRoot + part))) continue;
    content[key] = Buffer.from((await objects.get(key))?.body ?? "").toString("base64");
  }
  return content;
}

async function expectUnchanged(rows: readonly string[], set: readonly string[], shelf: ObjectStore) {
  const w = world();
  const notifier = memoryNotifier();
  const state = w.store("state");
  const openStore: typeof w.ports.openStore = ({ kind }) => (kind === "memory" ? shelf : state);
  const run = (full: boolean) => w.run({ set, full, ports: { notifier, openStore } });
  const bytesOf = async (apart: readonly string[]) => [await contentOf(shelf, apart), await contentOf(state, [])];
  w.serve(rows.join("\n"));
  const { version_id } = (await run(false)).report;
  expect(notifier.told).toHaveLength(1);

  for (const [index, way] of again.entries()) {
    w.at(`2026-05-0${index + 1}T12:00:00Z`);
    const apart = way === "another order" ? ["runs/", "index/last_source.json"] : ["runs/"];
    const before = await bytesOf(apart);
    if (way === "another order") w.serve(`${rows.toReversed().join("\n")}\n`);
    if (way === "forgotten") await shelf.delete([`${storeRoot}index/last_source.json`]);
    if (way === "forgotten") await state.delete(["rates.json"]);
    const { report } = await run(way === "full" || way === "another order");
    expect(report).toMatchObject({ status: "unchanged", version_id, files: 0, added: 0, revised: 0 });
    expect(await bytesOf(apart)).toEqual(before);
  }
  expect(notifier.told).toHaveLength(1);
}

test("1,000 runs that find nothing new leave the store as it was, byte for byte, and say nothing", async () => {
  await fc.assert(
    fc.asyncProperty(source, keeping, (rows, set) => expectUnchanged(rows, set, memoryStore())),
    { numRuns: 240 },
  );
});

test("and so on a directory", async () => {
  await fc.assert(
    fc.asyncProperty(source, keeping, (rows, set) => expectUnchanged(rows, set, fileStore(tempFolder()))),
    { numRuns: 10 },
  );
});
