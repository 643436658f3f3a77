import * as fc from "fast-check";
import { expect, test } from "bun:test";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { currentVersion } from "../../src/store/pick.ts";
import { inReadingOrder, readSelected, selectPartitions, type Selection } from "../../src/store/select.ts";
import { isFrom, isUpTo, readBound } from "../../src/store/time_bound.ts";
import { publishHistory, histories, saying, shapes } from "../support/vintages.ts";
import { publish, ratesIn } from "../support/publishing.ts";

const selections = fc.record({
  series: fc.option(
    fc.subarray(["A", "A-B", "B_D"]).map((codes) => new Set(codes)),
    { nil: undefined },
  ),
  from: fc.option(fc.constantFrom("2023", "2023-07", "2024-02-29", "2024-01-01T03:00:00Z").map(readBound), {
    nil: undefined,
  }),
  to: fc.option(fc.constantFrom("2023", "2024-06", "2024-02-29", "2024-01-01T03:00:00Z").map(readBound), {
    nil: undefined,
  }),
});

test("a selection is what a filter over everything gives, and whole partitions are wanted whole", async () => {
  await fc.assert(
    fc.asyncProperty(histories, shapes, selections, async (history, shape, selection) => {
      const { site, vintages } = await publishHistory(history, shape);
      const { snapshot } = await currentVersion(site);
      const partitions = selectPartitions(snapshot, selection);
      const rows = (await Array.fromAsync(readSelected(site, partitions, selection))).flat();
      const { series, from, to } = selection;
      const wanted = (vintages.at(-1)?.rows ?? []).filter(
        ({ internal_series_code, obs_time }) =>
          (!series || series.has(internal_series_code)) &&
          (!from || isFrom(obs_time, from)) &&
          (!to || isUpTo(obs_time, to)),
      );
      expect(saying(rows)).toEqual(saying(wanted));
      for (const part of partitions.filter(({ whole }) => whole)) {
        const alone = (await Array.fromAsync(readSelected(site, [part], selection))).flat();
        expect(alone).toHaveLength(part.entry.rows);
      }
    }),
    { numRuns: 60 },
  );
});

test("but for partitions that all series share, the order is by series and then by time", async () => {
  await fc.assert(
    fc.asyncProperty(histories, shapes, async (history, shape) => {
      const { site } = await publishHistory(history, shape);
      const partitions = selectPartitions((await currentVersion(site)).snapshot, {});
      const rows = (await Array.fromAsync(readSelected(site, partitions, {}))).flat();
      const byTime = shape.partition_strategy === "year_month";
      const keys = rows.map(({ internal_series_code: code, obs_time }) =>
        byTime ? [obs_time, code] : [code, obs_time],
      );
      const sorted = keys.toSorted(([a = "", x = ""], [b = "", y = ""]) => (a < b || (a === b && x < y) ? -1 : 1));
      expect(keys).toEqual(sorted);
    }),
    { numRuns: 60 },
  );
});

/** Tells which keys were read. */
function watched(objects: ObjectStore): { objects: ObjectStore; read: string[] } {
  const read: string[] = [];
  const get: ObjectStore["get"] = (key) => (read.push(key), objects.get(key));
  return { objects: { ...objects, get }, read };
}

test.each([
  [{ series: "A" }, ["A/year=2023/month=12", "A/year=2024/month=01", "A/year=2024/month=02"]],
  [{ from: "2024-01-15" }, ["A/year=2024/month=01", "A/year=2024/month=02", "B/year=2024/month=01"]],
  [{ to: "2023-12-31", series: "A" }, ["A/year=2023/month=12"]],
  [{ from: "2024-01", to: "2024-01", series: "A,B" }, ["A/year=2024/month=01", "B/year=2024/month=01"]],
  [{ from: "2025" }, []],
  [{ to: "2022" }, []],
])(
  "of %p only the partitions that can hold it are read",
  async ({ series, from, to }: Record<string, string>, expected) => {
    const { objects, read } = watched(memoryStore());
    const site = ratesIn(objects);
    await publish(site, { rows: ["A 2023-12-31 1", "A 2024-01-01 2", "A 2024-02-01 3", "B 2024-01-31 4"] });
    const { snapshot } = await currentVersion(site);
    const selection: Selection = {
      series: series === undefined ? undefined : new Set(series.split(",")),
      from: from === undefined ? undefined : readBound(from),
      to: to === undefined ? undefined : readBound(to),
    };
    read.length = 0;
    await Array.fromAsync(readSelected(site, selectPartitions(snapshot, selection), selection));
    expect(read.map((key) => key.replace(/^.*\/data\/|\/data\.json$/g, ""))).toEqual(expected);
  },
);

test("a code that goes on behind another does not come between its partitions", () => {
  const paths = ["A/year=2024/month=01", "A-B/year=2023/month=01", "A/year=2023/month=12", "A.B/year=2022/month=01"];
  expect(inReadingOrder(paths.map((path) => [path, 0] as const)).map(([path]) => path)).toEqual([
    "A/year=2023/month=12",
    "A/year=2024/month=01",
    "A-B/year=2023/month=01",
    "A.B/year=2022/month=01",
  ]);
});
