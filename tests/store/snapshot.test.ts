import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { partitionStrategies } from "../../src/config/policy.ts";
import { digestOf } from "../../src/store/data_file.ts";
import { partitionOf } from "../../src/store/partition.ts";
import {
  decodeSnapshot,
  emptySnapshot,
  encodeSnapshot,
  type PartitionEntry,
  type SeriesExtent,
} from "../../src/store/snapshot.ts";
import { obsTime, seriesCode } from "../support/arbitraries.ts";
import { thrownBy } from "../support/thrown.ts";

const stub = { obs_time: "", internal_series_code: "", unit: "", frequency: "", collection_date: "" };
const digest = fc.integer().map((value) => digestOf([{ ...stub, value }]));
const versionId = fc.nat({ max: 999_999 }).map((number) => `v20260421_120000_${String(number).padStart(6, "0")}`);
const entry: fc.Arbitrary<PartitionEntry> = fc.record({ version_id: versionId, rows: fc.nat(), digest });
const month = fc
  .record({ year: fc.integer({ min: 0, max: 9999 }), month: fc.integer({ min: 1, max: 12 }) })
  .map(({ year, month }) => `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`);
const extent: fc.Arbitrary<SeriesExtent> = fc.record({ first: obsTime, last: obsTime, count: fc.nat() });
/** Also what every object has, and what no series may be called. */
const anyCode = fc.oneof(
  { weight: 3, arbitrary: seriesCode },
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "toJSON", "length"),
);

describe.each(partitionStrategies)("by %s", (strategy) => {
  test("what was written is read again: of series with partitions, without any, and of none", () => {
    const held = fc.array(fc.tuple(month, entry), { maxLength: 4 });
    const each = fc.record({ code: anyCode, held, extent: fc.option(extent) });
    fc.assert(
      fc.property(fc.array(each, { maxLength: 12 }), (all) => {
        const partitions = all.flatMap(({ code, held }) =>
          held.map(([when, entry]) => [partitionOf[strategy](code, when), entry] as const),
        );
        const series = all.flatMap(({ code, extent }) => (extent === null ? [] : [[code, extent] as const]));
        const snapshot = { series: new Map(series), partitions: new Map(partitions) };
        expect(decodeSnapshot(encodeSnapshot(snapshot), "key")).toEqual(snapshot);
      }),
    );
  });

  test.each([
    ["daily", 1, 21],
    ["monthly", 1, 1],
    ["quarterly", 3, 1],
    ["annual", 12, 1],
  ])("a partition of %s series takes at most 64 bytes, with all that it adds", (_, step, rows) => {
    const partitions = new Map<string, PartitionEntry>();
    const series = new Map<string, SeriesExtent>();
    for (let index = 0; index < 40; index++) {
      const code = `BCRA_RESERVAS_INTERNACIONALES_Y_OTROS_ACTIVOS_USD_M_${String(index).padStart(3, "0")}`;
      expect(code).toHaveLength(55);
      series.set(code, { first: "1990-01-02T00:00:00-03:00", last: "2025-08-29T00:00:00-03:00", count: 4_123 });
      for (let months = 0; months < 420; months += step) {
        const when = `${1990 + Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}`;
        // A first load, and since then, for five years, a version whenever there is something new.
        const version_id = months < 360 ? "v20200901_120000_000001" : `v${when.replace("-", "")}28_120000_483920`;
        const digest = digestOf([{ ...stub, value: index * 1000 + months }]);
        partitions.set(partitionOf[strategy](code, when), { version_id, rows, digest });
      }
    }
    const [whole, bare] = [encodeSnapshot({ series, partitions }), encodeSnapshot({ series, partitions: new Map() })];
    expect((whole.byteLength - bare.byteLength) / partitions.size).toBeLessThanOrEqual(64);
  });
});

test("a segment may have any name", () => {
  const entry: PartitionEntry = { version_id: "v20260421_120000_000000", rows: 2, digest: "abc" };
  const paths = ["A/__proto__/toString", "A/__proto__/__proto__", "A/constructor/0", "A/constructor/toJSON", "0/1/2/3"];
  const snapshot = { series: new Map(), partitions: new Map(paths.map((path) => [path, entry])) };
  expect(decodeSnapshot(encodeSnapshot(snapshot), "key")).toEqual(snapshot);
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

test("a code stands in it once, a year once for each series", () => {
  const entry: PartitionEntry = { version_id: "v20260421_120000_000000", rows: 2, digest: "abc" };
  const extent: SeriesExtent = { first: "2024-01-01T00:00:00-03:00", last: "2024-02-01T00:00:00-03:00", count: 4 };
  const paths = ["A/year=2024/month=01", "A/year=2024/month=02", "GONE/year=2024/month=01"];
  const snapshot = {
    series: new Map([
      ["A", extent],
      ["B", extent],
    ]),
    partitions: new Map(paths.map((path) => [path, entry])),
  };
  expect(JSON.parse(new TextDecoder().decode(encodeSnapshot(snapshot)))).toEqual({
    versions: [entry.version_id],
    series: {
      A: [extent.first, extent.last, 4, { "year=2024": { "month=01": [0, 2, "abc"], "month=02": [0, 2, "abc"] } }],
      B: [extent.first, extent.last, 4],
    },
    partitions: { GONE: { "year=2024": { "month=01": [0, 2, "abc"] } } },
  });
});

test("a partition below another is a mistake, not a snapshot", () => {
  const entry: PartitionEntry = { version_id: "v20260421_120000_000000", rows: 1, digest: "abc" };
  for (const paths of [
    ["A/year=2024", "A"],
    ["A/year=2024/month=01", "A/year=2024"],
  ]) {
    const partitions = new Map(paths.map((path) => [path, entry]));
    expect(() => encodeSnapshot({ series: new Map(), partitions })).toThrow("lie below another");
  }
});

describe("a snapshot that is damaged", () => {
  const [time, leaf] = ["2024-01-01T00:00:00-03:00", [0, 1, "abc"]];
  const whole = {
    versions: ["v20260421_120000_000000"],
    series: { A: [time, time, 1, { "year=2024": { "month=01": leaf } }], B: [time, time, 1] },
    partitions: { "year=2024": { "month=01": leaf } },
  };
  const withSeries = (A: unknown) => JSON.stringify({ ...whole, series: { A } });
  const withLeaf = (...leaf: unknown[]) => JSON.stringify({ ...whole, partitions: { C: { "year=2024": leaf } } });
  const withOthers = (partitions: unknown) => JSON.stringify({ ...whole, partitions });

  test("is not what these tests begin with", () => {
    expect(decodeSnapshot(Buffer.from(JSON.stringify(whole)), "a/b").partitions.size).toBe(2);
    expect(decodeSnapshot(Buffer.from(withSeries([time, time, 1, leaf])), "a/b").partitions.size).toBe(2);
    expect(decodeSnapshot(Buffer.from(withLeaf(...leaf)), "a/b").partitions.size).toBe(2);
  });

  test.each([
    ["nothing", ""],
    ["a cut", JSON.stringify(whole).slice(0, -1)],
    ["null", "null"],
    ["no versions", JSON.stringify({ ...whole, versions: undefined })],
    ["no partitions", JSON.stringify({ ...whole, partitions: undefined })],
    ["no series", JSON.stringify({ ...whole, series: undefined })],
    ["a list of series", JSON.stringify({ ...whole, series: [] })],
    ["something else beside them", JSON.stringify({ ...whole, more: {} })],
    ["a series without a count", withSeries([time, time])],
    ["a series that is no list", withSeries({ first: time, last: time, count: 1 })],
    ["a series with something behind its tree", withSeries([time, time, 1, leaf, 1])],
    ["a series with nothing for a tree", withSeries([time, time, 1, null])],
    ["a time that is none", withSeries(["yesterday", time, 1])],
    ["a time without offset", withSeries([time, "2024-01-01T00:00:00", 1])],
    ["a count that is text", withSeries([time, time, "1"])],
    ["a count below 0", withSeries([time, time, -1])],
    ["a series without a name", JSON.stringify({ ...whole, series: { "": [time, time, 1] } })],
    ["a series with the name of a path", JSON.stringify({ ...whole, series: { "A/B": [time, time, 1] } })],
    ["a partition without digest", withLeaf(0, 1)],
    ["an empty digest", withLeaf(0, 1, "")],
    ["a digest that is a number", withLeaf(0, 1, 2)],
    ["something behind a digest", withLeaf(0, 1, "abc", 1)],
    ["rows that are no number", withLeaf(0, null, "abc")],
    ["rows below 0", withLeaf(0, -1, "abc")],
    ["a version that is not listed", withLeaf(1, 1, "abc")],
    ["a version before the first", withLeaf(-1, 1, "abc")],
    ["a version between two", withLeaf(0.5, 1, "abc")],
    ["a version by its name", withLeaf("length", 1, "abc")],
    ["a folder of nothing", withOthers({ C: {} })],
    ["a folder that is text", withOthers({ C: { "year=2024": "abc" } })],
    ["a folder that is null", withOthers({ C: null })],
    ["a path in the place of a folder", withOthers({ "C/year=2024": { "month=01": leaf } })],
    ["a path in the place of a partition", withOthers({ C: { "year=2024/month=01": leaf } })],
    ["a folder without a name", withOthers({ C: { "": leaf } })],
    ["partitions of a series apart from it", withOthers({ A: { "year=2025": { "month=01": leaf } } })],
    ["folders without an end", withOthers({}).replace("{}", `${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}`)],
    ["bytes that are no text", Buffer.from(JSON.stringify(whole).replace("A", "\xff"), "latin1")],
  ])("by %s is an error that names it", async (_, content) => {
    const reading = Promise.try(() => decodeSnapshot(Buffer.from(content), "a/b"));
    expect(await thrownBy(reading)).toMatchObject({
      code: "STORAGE",
      message: 'Cannot read "a/b": it is not a snapshot, or is damaged',
      hint: expect.stringContaining("restore it from a backup"),
    });
  });
});
