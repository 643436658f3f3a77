import { describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { partitionStrategies } from "../../src/config/policy.ts";
import { readHead, snapshotOf } from "../../src/store/head.ts";
import { extentOf, extentsOf, trackExtents, type PartitionChange } from "../../src/store/extents.ts";
import type { StoredObservation } from "../../src/core/observation.ts";
import { readVersion } from "../support/read_version.ts";
import type { SeriesExtent } from "../../src/store/snapshot.ts";
import { faultyStore } from "../support/faulty_store.ts";
import { currentOf, heal, observed, projectedOf, publish, ratesIn } from "../support/publishing.ts";
import { seeded } from "../support/run.ts";

setDefaultTimeout(60_000);

const never: SeriesExtent = { first: "", last: "", count: 0 };

/** The extents that the snapshot of the current version has, and those of what its files hold. */
async function saysAndHas(site: ReturnType<typeof ratesIn>) {
  const snapshot = snapshotOf(await readHead(site));
  const all = await readVersion(site, snapshot);
  const byCode = Map.groupBy(all, ({ internal_series_code }) => internal_series_code);
  return { says: snapshot.series, has: new Map([...byCode].map(([code, rows]) => [code, extentOf(rows) ?? never])) };
}

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

          expect(await currentOf(site)).toEqual([...expected].map(([place, value]) => `${place} ${value}`).toSorted());
          const { says, has } = await saysAndHas(site);
          expect(says).toEqual(has);
        }
        await heal(site);
        expect(await projectedOf(site)).toEqual(await currentOf(site));
      }),
      { numRuns: 80 },
    );
  },
);

/** One instant or few, as different zones write them, on both sides of the ends of months. */
const writtenTime = fc.constantFrom(
  "2023-12-31T23:00:00-12:00",
  "2024-01-01T00:00:00+14:00",
  "2024-01-01T00:00:00-03:00",
  "2024-01-01T03:00:00+00:00",
  "2024-01-31T23:30:00-03:00",
  "2024-02-01T02:30:00+00:00",
  "2024-02-01T00:00:00+14:00",
  "2024-01-31T23:59:59.500-12:00",
  "2024-03-05T00:00:00-03:00",
);
const written = fc.uniqueArray(
  fc.record({ code: fc.constantFrom("A", "B"), obs_time: writtenTime, value: fc.constantFrom(1, 2) }),
  { selector: ({ code, obs_time }) => `${code} ${Date.parse(obs_time)}`, maxLength: 9 },
);

test.each(partitionStrategies)("%s: extents are right where zones are mixed, too", async (strategy) => {
  const runs = fc.array(fc.record({ points: written, on_withdrawal: fc.constantFrom("drop", "keep") }), {
    minLength: 2,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(runs, async (runs) => {
      const site = ratesIn(memoryStore());
      for (const [index, { points, on_withdrawal }] of runs.entries()) {
        const rows = points.map(({ code, obs_time, value }) => ({
          ...observed(`${code} 2024-01-01 ${value}`),
          obs_time,
        }));
        await publish(site, { rows, on_withdrawal, partition_strategy: strategy, random: seeded(index) });
        const { says, has } = await saysAndHas(site);
        expect(says).toEqual(has);
      }
    }),
    { numRuns: 150 },
  );
});

describe("whatever the order", () => {
  /** Of one instant, too, as different partitions may hold them. */
  const point = fc.record({ code: fc.constantFrom("A", "B"), obs_time: writtenTime });
  const stored = fc.array(point, { maxLength: 9 }).map((points) =>
    points.map(({ code, obs_time }): StoredObservation => {
      const { unit = "", ...rest } = observed(`${code} 2024-01-01 1`);
      return { ...rest, unit, obs_time, frequency: "D", collection_date: "" };
    }),
  );
  const shuffled = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: all.length });

  test("in which observations are seen, the extents are the same", () => {
    fc.assert(
      fc.property(
        stored.chain((rows) => fc.tuple(fc.constant(rows), shuffled(rows))),
        ([rows, others]) => expect(extentsOf(others)).toEqual(extentsOf(rows)),
      ),
    );
  });

  test("in which partitions change, the extents and what is lost are the same", () => {
    const changes: fc.Arbitrary<PartitionChange[]> = fc.array(fc.record({ before: stored, after: stored }), {
      maxLength: 5,
    });
    const known = new Map(
      ["A", "B"].map((code) => [code, { ...never, first: "2023-12-31T23:00:00-12:00", count: 50 }]),
    );
    const settled = (all: readonly PartitionChange[]) => {
      const tracked = trackExtents(known);
      for (const change of all) tracked.change(change);
      const { extents, lost } = tracked.settle();
      return { extents, lost: new Map(lost.map((edge) => [`${edge.code} ${edge.side}`, edge])) };
    };
    fc.assert(
      fc.property(
        changes.chain((all) => fc.tuple(fc.constant(all), shuffled(all))),
        ([all, others]) => expect(settled(others)).toEqual(settled(all)),
      ),
    );
  });
});

describe("what is read to find where a series begins and ends now", () => {
  const months = ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03"];
  const whole = months.flatMap((month) =>
    ["A", "B"].flatMap((code) => [`${code} ${month}-01 1`, `${code} ${month}-15 1`]),
  );

  /** The data files that are read, in order, where of `before` only this remains. */
  async function reads(
    strategy: (typeof partitionStrategies)[number],
    before: string[],
    isKept: (row: string) => boolean,
  ) {
    const objects = memoryStore();
    await publish(ratesIn(objects), { rows: before, partition_strategy: strategy });
    await heal(ratesIn(objects));
    const { store, calls } = faultyStore(objects, () => undefined);
    const rows = before.filter(isKept);
    await publish(ratesIn(store), { rows, on_withdrawal: "drop", partition_strategy: strategy, random: seeded(2) });
    const { says, has } = await saysAndHas(ratesIn(objects));
    expect(says).toEqual(has);
    return calls
      .filter(({ operation, key }) => operation === "get" && key.includes("/data/"))
      .map(({ key }) => key.replace(/^.*\/data\/(.*)\/data.json$/, "$1"));
  }

  test("not what is empty", async () => {
    const objects = memoryStore();
    const left = whole.filter((row) => !row.includes("2024-02"));
    for (const [index, rows] of [whole, left].entries()) {
      await publish(ratesIn(objects), { rows, on_withdrawal: "drop", random: seeded(index) });
    }
    const { store, calls } = faultyStore(objects, () => undefined);
    const rows = left.filter((row) => !row.startsWith("A 2024-03"));
    await publish(ratesIn(store), { rows, on_withdrawal: "drop", random: seeded(2) });
    const read = calls.filter(({ operation, key }) => operation === "get" && key.includes("/data/A/"));
    expect(read.map(({ key }) => key.slice(-"month=01/data.json".length))).toEqual([
      "month=03/data.json",
      "month=01/data.json",
    ]);
  });

  test.each([
    ["nothing where the last month keeps a day", "series_year_month", (row: string) => row !== "A 2024-03-15 1", []],
    ["nothing where a day in the middle goes", "series_year_month", (row: string) => row !== "A 2024-01-15 1", []],
    ["nothing where a series goes", "series_year_month", (row: string) => row[0] !== "A", []],
    ["nothing where all goes but what changes", "series_year", (row: string) => row === "A 2024-03-15 1", []],
    [
      "the last month left",
      "series_year_month",
      (row: string) => !row.startsWith("A 2024-03"),
      ["A/year=2024/month=02"],
    ],
    [
      "the first month left",
      "series_year_month",
      (row: string) => !row.startsWith("A 2023-11"),
      ["A/year=2023/month=12"],
    ],
    [
      "a month, where several before it go",
      "series_year_month",
      (row: string) => !/A 2024-0[23]/.test(row),
      ["A/year=2024/month=01"],
    ],
    ["a year", "series_year", (row: string) => !row.startsWith("A 2024"), ["A/year=2023"]],
    ["nothing where there is one file", "series", (row: string) => !row.startsWith("A 2024"), []],
    ["a month once for all series", "year_month", (row: string) => !/[AB] 2024-03/.test(row), ["year=2024/month=02"]],
    [
      "from where a series ended, not from where all do",
      "year_month",
      (row: string) => row !== "C 2023-12-20 1",
      ["year=2023/month=11"],
    ],
    [
      "on to the first file that holds it",
      "year_month",
      (row: string) => row !== "D 2024-03-20 1",
      ["year=2024/month=02", "year=2024/month=01"],
    ],
  ] as const)("%s", async (_, strategy, isKept, read) => {
    const others = ["C 2023-11-20 1", "C 2023-12-20 1", "D 2024-01-20 1", "D 2024-03-20 1"];
    expect(await reads(strategy, [...whole, ...others], isKept)).toEqual([...read]);
  });
});
