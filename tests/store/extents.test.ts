import { expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { partitionStrategies } from "../../src/config/policy.ts";
import { readHead, snapshotOf } from "../../src/store/head.ts";
import { extentOf } from "../../src/store/extents.ts";
import { readVersion } from "../../src/store/observations.ts";
import type { SeriesExtent } from "../../src/store/snapshot.ts";
import { currentOf, heal, projectedOf, publish, ratesIn } from "../support/publishing.ts";
import { seeded } from "../support/run.ts";

setDefaultTimeout(60_000);

const never: SeriesExtent = { first: "", last: "", count: 0 };

/** By series and day what a source has: a few series, days around the ends of months and years. */
const days = [
  "2023-12-30",
  "2023-12-31",
  "2024-01-01",
  "2024-01-15",
  "2024-01-31",
  "2024-02-01",
  "2024-12-31",
  "2025-01-01",
];
const source = fc
  .uniqueArray(
    fc.record({
      code: fc.constantFrom("A", "B", "AB", "year=2024"),
      day: fc.constantFrom(...days),
      value: fc.constantFrom(1, 2),
    }),
    { selector: ({ code, day }) => `${code} ${day}`, maxLength: 16 },
  )
  .map((points) => points.map(({ code, day, value }) => `${code} ${day} ${value}`));

const run = fc.record({
  rows: source,
  full: fc.boolean(),
  on_revision: fc.constantFrom("replace", "keep"),
  on_withdrawal: fc.constantFrom("drop", "keep"),
  since: fc.constantFrom(-Infinity, Date.parse("2024-01-15T00:00:00-03:00")),
});

interface Run {
  rows: readonly string[];
  full: boolean;
  on_revision: "replace" | "keep";
  on_withdrawal: "drop" | "keep";
  since: number;
}

/** What such a run makes of observations, said in the plainest way: by `CODE DAY` their value. */
function after(before: ReadonlyMap<string, string>, { rows, full, on_revision, on_withdrawal, since }: Run) {
  const fresh = new Map(rows.map((row) => [row.slice(0, row.lastIndexOf(" ")), row.slice(row.lastIndexOf(" ") + 1)]));
  const result = new Map(before);
  for (const [place, value] of fresh) if (on_revision === "replace" || !before.has(place)) result.set(place, value);
  if (!full || on_withdrawal === "keep") return result;
  for (const place of before.keys()) {
    const isInWindow = Date.parse(`${place.split(" ")[1]}T00:00:00-03:00`) >= since;
    if (!fresh.has(place) && isInWindow) result.delete(place);
  }
  return result;
}

test.each(partitionStrategies)(
  "%s: after any runs, versions and extents are what the observations say",
  async (strategy) => {
    await fc.assert(
      fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 6 }), async (runs) => {
        const site = ratesIn(memoryStore());
        let expected = new Map<string, string>();
        for (const [index, { since, ...one }] of runs.entries()) {
          const rows = one.rows.filter((row) => Date.parse(`${row.split(" ")[1]}T00:00:00-03:00`) >= since);
          expected = after(expected, { ...one, rows, since });
          await publish(site, { ...one, rows, since, partition_strategy: strategy, random: seeded(index) });
          if (index % 2 === 0) await heal(site);

          const { series } = snapshotOf(await readHead(site));
          const all = (await Array.fromAsync(readVersion(site, snapshotOf(await readHead(site))))).flat();
          expect(await currentOf(site)).toEqual([...expected].map(([place, value]) => `${place} ${value}`).toSorted());
          const codes = new Set(all.map(({ internal_series_code }) => internal_series_code));
          const rowsOf = (code: string) => all.filter(({ internal_series_code }) => internal_series_code === code);
          expect(series).toEqual(new Map([...codes].map((code) => [code, extentOf(rowsOf(code)) ?? never])));
        }
        await heal(site);
        expect(await projectedOf(site)).toEqual(await currentOf(site));
      }),
      { numRuns: 80 },
    );
  },
);
