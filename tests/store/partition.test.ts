import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { partitionStrategies } from "../../src/config/policy.ts";
import { localPart } from "../../src/core/time.ts";
import { collect } from "../../src/store/collect.ts";
import { freshPartitions } from "../../src/store/fresh.ts";
import { compareObservations } from "../../src/store/order.ts";
import { endOfPartition, partitionOf } from "../../src/store/partition.ts";
import { obsTime, seriesCode } from "../support/arbitraries.ts";

test.each([
  ["series_year_month", "A_D", "2024-11", "A_D/year=2024/month=11", "2024-12"],
  ["series_year_month", "A_D", "2024-12", "A_D/year=2024/month=12", "2025-01"],
  ["series_year", "A_D", "2024-11", "A_D/year=2024", "2025-01"],
  ["series", "A_D", "2024-11", "A_D", undefined],
  ["series", "2024", "2024-11", "2024", undefined],
  ["year_month", "A_D", "2024-11", "year=2024/month=11", "2024-12"],
  ["year_month", "A_D", "0999-12", "year=0999/month=12", "1000-01"],
] as const)("%s of %s in %s", (strategy, code, month, path, end) => {
  expect(partitionOf[strategy](code, month)).toBe(path);
  expect(endOfPartition(path)).toBe(end);
});

test("every observation is in exactly one partition, in order, and before the partition's end", async () => {
  const point = fc.record({ obs_time: obsTime, internal_series_code: seriesCode });
  const points = fc.uniqueArray(point, {
    selector: ({ obs_time, internal_series_code }) =>
      `${Date.parse(obs_time)} ${internal_series_code.normalize("NFKC").toLowerCase().normalize("NFKC")}`,
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(points, fc.constantFrom(...partitionStrategies), async (found, strategy) => {
      const observations = found.map((point, index) => ({ ...point, value: index, unit: "index" }));
      const known = new Map<string, string>();
      const distinct = observations.filter(({ internal_series_code: code }) => {
        const folded = code.normalize("NFKC").toLowerCase().normalize("NFKC");
        known.set(folded, known.get(folded) ?? code);
        return known.get(folded) === code;
      });
      async function* batches() {
        yield distinct;
      }
      const collection = await collect(batches(), { frequency: "D", now: new Date(0) });
      const partitions = freshPartitions(collection, strategy);
      const seen: number[] = [];
      for (const path of partitions.paths) {
        const rows = partitions.rows(path);
        expect(rows).toEqual(rows.toSorted(compareObservations));
        for (const { internal_series_code: code, obs_time, value } of rows) {
          expect(partitionOf[strategy](code, localPart(obs_time).slice(0, 7))).toBe(path);
          const end = endOfPartition(path);
          if (end !== undefined) expect(localPart(obs_time) < end).toBe(true);
          seen.push(value);
        }
      }
      expect(seen.toSorted((a, b) => a - b)).toEqual(distinct.map(({ value }) => value));
      expect(partitions.rows("none")).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
