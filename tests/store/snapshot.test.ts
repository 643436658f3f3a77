import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { partitionStrategies } from "../../src/config/policy.ts";
import { IngestorError } from "../../src/core/errors.ts";
import { digestOf } from "../../src/store/data_file.ts";
import { partitionOf } from "../../src/store/partition.ts";
import { decodeSnapshot, emptySnapshot, encodeSnapshot, type PartitionEntry } from "../../src/store/snapshot.ts";
import { obsTime, seriesCode } from "../support/arbitraries.ts";

const digest = fc.integer().map((value) => digestOf([{ ...stub, value }]));
const stub = { obs_time: "", internal_series_code: "", unit: "", frequency: "", collection_date: "" };
const versionId = fc.nat({ max: 999_999 }).map((number) => `v20260421_120000_${String(number).padStart(6, "0")}`);
const entry: fc.Arbitrary<PartitionEntry> = fc.record({ version_id: versionId, rows: fc.nat(), digest });
const month = fc
  .record({ year: fc.integer({ min: 0, max: 9999 }), month: fc.integer({ min: 1, max: 12 }) })
  .map(({ year, month }) => `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`);

test.each(partitionStrategies)("what was written is read again, %s", (strategy) => {
  const partitions = fc
    .array(fc.tuple(seriesCode, month, entry), { maxLength: 30 })
    .map((found) => new Map(found.map(([code, when, held]) => [partitionOf[strategy](code, when), held])));
  const series = fc
    .array(fc.tuple(seriesCode, fc.record({ first: obsTime, last: obsTime, count: fc.nat() })), { maxLength: 8 })
    .map((found) => new Map(found));
  fc.assert(
    fc.property(series, partitions, (series, partitions) => {
      expect(decodeSnapshot(encodeSnapshot({ series, partitions }), "key")).toEqual({ series, partitions });
    }),
  );
});

test("the same snapshot is the same bytes, in whatever order it was made", () => {
  const entries: [string, PartitionEntry][] = ["A/year=2024/month=02", "A/year=2024/month=01", "10", "9"].map(
    (path) => [path, { version_id: "v20260421_120000_000000", rows: 1, digest: "d" }],
  );
  const extents = ["B", "A"].map((code) => [code, { first: "a", last: "b", count: 1 }] as const);
  const one = encodeSnapshot({ partitions: new Map(entries), series: new Map(extents) });
  const other = encodeSnapshot({
    partitions: new Map(entries.toReversed()),
    series: new Map(extents.toReversed()),
  });
  expect(Buffer.compare(one, other)).toBe(0);
});

test("nothing is an object too", () => {
  expect(decodeSnapshot(encodeSnapshot(emptySnapshot), "key")).toEqual(emptySnapshot);
});

test("5,000 partitions of series with codes of 40 characters take at most 64 bytes each", () => {
  const partitions = new Map<string, PartitionEntry>();
  const series = new Map<string, { first: string; last: string; count: number }>();
  for (let index = 0; index < 25; index++) {
    const code = `BCRA_RESERVAS_INTERNACIONALES_USD_M_D_${String(index).padStart(2, "0")}`;
    expect(code).toHaveLength(40);
    series.set(code, { first: "2009-01-02T00:00:00-03:00", last: "2025-08-29T00:00:00-03:00", count: 4_123 });
    for (let months = 0; months < 200; months++) {
      const year = 2009 + Math.floor(months / 12);
      const when = `${year}-${String((months % 12) + 1).padStart(2, "0")}`;
      // A first load, and since then a version a month.
      const version_id = months < 140 ? "v20200901_120000_000001" : `v${when.replace("-", "")}28_120000_483920`;
      const digest = digestOf([{ ...stub, value: index * 1000 + months }]);
      partitions.set(partitionOf.series_year_month(code, when), { version_id, rows: 21, digest });
    }
  }
  expect(partitions.size).toBe(5000);
  expect(encodeSnapshot({ series, partitions }).byteLength / 5000).toBeLessThanOrEqual(64);
});

describe("a snapshot that is damaged", () => {
  const whole = {
    versions: ["v20260421_120000_000000"],
    series: { A: ["2024-01-01T00:00:00-03:00", "2024-01-01T00:00:00-03:00", 1] },
    partitions: { "A/year=2024": { "month=01": [0, 1, "abc"] } },
  };

  test.each([
    ["nothing", ""],
    ["a cut", JSON.stringify(whole).slice(0, -1)],
    ["null", "null"],
    ["no partitions", JSON.stringify({ ...whole, partitions: undefined })],
    ["no series", JSON.stringify({ ...whole, series: undefined })],
    ["an entry without digest", JSON.stringify({ ...whole, partitions: { A: { b: [0, 1] } } })],
    ["a version that is not listed", JSON.stringify({ ...whole, partitions: { A: { b: [1, 1, "abc"] } } })],
    ["a version before the first", JSON.stringify({ ...whole, partitions: { A: { b: [-1, 1, "abc"] } } })],
    ["a version between two", JSON.stringify({ ...whole, partitions: { A: { b: [0.5, 1, "abc"] } } })],
    ["a time that is none", JSON.stringify({ ...whole, series: { A: ["yesterday", "2024-01-01T00:00:00-03:00", 1] } })],
    ["bytes that are no text", Buffer.from(JSON.stringify(whole).replace("A", "\xff"), "latin1")],
  ])("by %s is an error that names it", (_, content) => {
    expect(() => decodeSnapshot(Buffer.from(content), "a/b")).toThrow(
      new IngestorError("STORAGE", 'Cannot read "a/b": it is not a snapshot, or is damaged'),
    );
  });
});
