import * as fc from "fast-check";
import type { PartitionStrategy, StorePolicy } from "../../src/config/policy.ts";
import { partitionStrategies } from "../../src/config/policy.ts";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import type { StoredObservation } from "../../src/core/observation.ts";
import { formatOf } from "../../src/store/format.ts";
import { currentVersion } from "../../src/store/pick.ts";
import { readVersion } from "./read_version.ts";
import { siteOf, type Site } from "../../src/store/site.ts";
import { publish } from "./publishing.ts";

/** What a source had at some moments: each a number of seconds after the one before, and its observations. */
export const histories = fc.array(
  fc.record({
    seconds: fc.integer({ min: 1, max: 100_000 }),
    rows: fc.uniqueArray(
      fc.record({
        code: fc.constantFrom("A", "A-B", "B_D"),
        date: fc
          .integer({ min: 0, max: 800 })
          .map((day) => new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10)),
        value: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 1, maxLength: 12, selector: ({ code, date }) => `${code} ${date}` },
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

export type History = typeof histories extends fc.Arbitrary<infer H> ? H : never;

export const shapes = fc.record({
  partition_strategy: fc.constantFrom<PartitionStrategy>(...partitionStrategies),
  format: fc.constantFrom<StorePolicy["format"]>("json", "parquet"),
});

export interface Vintage {
  time: Date;
  version_id: string;
  /** In the order of partitions, as they were when this was the current version. */
  rows: StoredObservation[];
}

/** Publishes a history; what the source no longer has is dropped. Gives what was current after each run. */
export async function publishHistory(
  history: History,
  shape: Pick<StorePolicy, "partition_strategy" | "format">,
  objects = memoryStore(),
): Promise<{ site: Site; vintages: Vintage[] }> {
  const site = siteOf("rates", objects, await formatOf({ format: shape.format, compression: "snappy" }));
  const vintages: Vintage[] = [];
  let time = new Date("2026-04-21T12:00:00Z");
  for (const { seconds, rows } of history) {
    const now = (time = new Date(time.getTime() + seconds * 1000));
    const texts = rows.map(({ code, date, value }) => `${code} ${date} ${value}`);
    await publish(site, { rows: texts, on_withdrawal: "drop", clock: { now: () => now }, ...shape });
    const { version_id, snapshot } = await currentVersion(site);
    vintages.push({ time: now, version_id, rows: await readVersion(site, snapshot) });
  }
  return { site, vintages };
}

/** Without what no digest counts, and in an order that no strategy has a part in. */
export function saying(rows: readonly StoredObservation[]): string[] {
  return rows.map((row) => JSON.stringify({ ...row, collection_date: undefined })).toSorted();
}
