import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import series from "../../../src/builtin/normalize/series.ts";
import type { ParsedPoint } from "../../../src/core/observation.ts";
import { recordingContext } from "../../support/context.ts";

const point = (point: Partial<ParsedPoint> = {}): ParsedPoint => ({
  internal_series_code: "A",
  obs_time: "2024-11-25",
  value: 1,
  ...point,
});

function normalizer(given: object = {}) {
  const ctx = recordingContext({
    series: [
      { internal_series_code: "DROPS", drop_na: true },
      { internal_series_code: "KEEPS", drop_na: false },
    ],
  });
  return {
    normalize: series.normalize(v.parse(series.options, given), ctx),
    warnings: ctx.warnings,
    counts: ctx.counts,
  };
}

const buenosAires = { timezone: "America/Argentina/Buenos_Aires" };

describe("times", () => {
  test.each([
    [{}, "2024-11-25", "2024-11-25T00:00:00+00:00"],
    [buenosAires, "2024-11-25", "2024-11-25T00:00:00-03:00"],
    [buenosAires, "2024-11-25T10:30:00", "2024-11-25T10:30:00-03:00"],
    [buenosAires, "2024-11-25T02:30:00Z", "2024-11-24T23:30:00-03:00"],
    [buenosAires, "2024-11-25T00:00:00-03:00", "2024-11-25T00:00:00-03:00"],
    [buenosAires, "2024-11-25T00:00:00+14:00", "2024-11-24T07:00:00-03:00"],
    [{ timezone: "America/New_York" }, "2024-11-03T05:30:00Z", "2024-11-03T01:30:00-04:00"],
    [{ timezone: "America/New_York" }, "2024-11-03T06:30:00Z", "2024-11-03T01:30:00-05:00"],
    [{ timezone: "America/New_York" }, "2024-11-03T01:30:00", "2024-11-03T01:30:00-04:00"],
    [{ timezone: "America/New_York" }, "2024-03-10T02:30:00", "2024-03-10T02:30:00-05:00"],
    [{ timezone: "Asia/Kathmandu" }, "2024-01-01", "2024-01-01T00:00:00+05:45"],
    [{}, "2024-01-01T00:00:00.250", "2024-01-01T00:00:00.250+00:00"],
  ])("%j places %s at %s", (options, obs_time, placed) => {
    expect(normalizer(options).normalize(point({ obs_time }))).toStrictEqual({
      obs_time: placed,
      internal_series_code: "A",
      value: 1,
    });
  });

  test.each(["", "2024-02-30", "25/11/2024", "Fuente: BCRA", "2024-11-25T25:00", "0000-01-01T00:00:00+23:00"])(
    "%p is no date",
    (obs_time) => {
      const { normalize, warnings } = normalizer();
      expect(normalize(point({ obs_time }))).toEqual({ rejected: "not a date" });
      expect(warnings).toEqual([`Rejected 1 of "A" at "${obs_time}": not a date`]);
    },
  );
});

describe("values", () => {
  test.each([
    [{}, 1.5, 1.5],
    [{}, -0, 0],
    [{}, "-0,0", 0],
    [{}, "1.234,5", 1234.5],
    [{}, "1,234.5", 1234.5],
    [{}, "1,234", 1.234],
    [{ decimal: "." }, "1,234", 1234],
    [{ decimal: "," }, "1.234", 1234],
    [{}, " 12 ", 12],
  ])("%j reads %p as %p", (options, value, number) => {
    const observation = normalizer(options).normalize(point({ value }));
    expect(observation && "value" in observation && Object.is(observation.value, number)).toBe(true);
  });

  test.each([
    [{}, "abc"],
    [{}, true],
    [{}, false],
    [{}, Number.POSITIVE_INFINITY],
    [{ decimal: "," }, "12.5"],
  ])("%j rejects %p", (options, value) => {
    expect(normalizer(options).normalize(point({ value }))).toEqual({ rejected: "not a number" });
  });

  const blanks = [null, "", " ", "#N/A", "n.d.", "-", Number.NaN];
  test.each(blanks)("%p is blank", (value) => {
    const { normalize, warnings } = normalizer();
    expect(normalize(point({ value }))).toEqual({ rejected: "blank value" });
    expect(normalize(point({ value, internal_series_code: "KEEPS" }))).toEqual({ rejected: "blank value" });
    expect(normalize(point({ value, internal_series_code: "DROPS" }))).toBeUndefined();
    expect(normalize(point({ value, internal_series_code: "DROPS", obs_time: "Fuente: BCRA" }))).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  test.each(["Nada", " nada ", "-999", -999])("%p is blank where the dataset says so", (value) => {
    expect(normalizer().normalize(point({ value }))).not.toEqual({ rejected: "blank value" });
    expect(normalizer({ na_values: ["nada", "-999"] }).normalize(point({ value }))).toEqual({
      rejected: "blank value",
    });
  });

  test("unit and frequency of the point are kept", () => {
    expect(normalizer().normalize(point({ unit: "USD", frequency: "M" }))).toMatchObject({
      unit: "USD",
      frequency: "M",
    });
  });
});

describe("duplicates", () => {
  test("the first wins, and the rest are counted", () => {
    const { normalize, counts, warnings } = normalizer(buenosAires);
    expect(normalize(point())).toMatchObject({ value: 1 });
    expect(normalize(point({ internal_series_code: "B" }))).toMatchObject({ value: 1 });
    expect(normalize(point({ obs_time: "2024-11-25T03:00:00Z" }))).toBeUndefined();
    expect(counts).toEqual({ duplicates: 1 });
    expect(normalize(point({ value: 2 }))).toBeUndefined();
    expect(counts).toEqual({ duplicates: 2, "conflicting duplicates": 1 });
    expect(warnings).toEqual(['Left out 2 of "A" at "2024-11-25": the source gave 1 before']);
  });

  test("0 and -0 are one value", () => {
    const { normalize, counts } = normalizer();
    normalize(point({ value: 0 }));
    normalize(point({ value: -0 }));
    expect(counts).toEqual({ duplicates: 1 });
  });

  test("what was rejected is no first", () => {
    const { normalize, counts } = normalizer();
    normalize(point({ value: "abc" }));
    expect(normalize(point({ value: 2 }))).toMatchObject({ value: 2 });
    expect(counts).toEqual({});
  });
});

test("of each sort, the first five are shown, and long texts are cut", () => {
  const { normalize, warnings, counts } = normalizer();
  for (let value = 0; value < 20; value++) {
    normalize(point({ value }));
    normalize(point({ value: "x".repeat(1000) }));
  }
  expect(warnings.filter((text) => text.startsWith("Left out"))).toHaveLength(5);
  expect(warnings.filter((text) => text.startsWith("Rejected"))).toHaveLength(5);
  expect(Math.max(...warnings.map((text) => text.length))).toBeLessThan(150);
  expect(counts).toEqual({ duplicates: 19, "conflicting duplicates": 19 });
});

describe("options", () => {
  const problem = (given: object) => v.safeParse(series.options, given).issues?.map(({ message }) => message);

  test("have defaults", () => {
    expect(v.parse(series.options, {})).toEqual({
      timezone: "UTC",
      primary_keys: ["obs_time", "internal_series_code"],
      decimal: undefined,
      na_values: [],
    });
    expect(problem({ primary_keys: ["internal_series_code", "obs_time"] })).toBeUndefined();
  });

  test.each([
    [
      { timezone: "America/Argentina/Buenos_Airs" },
      'must be a time zone such as America/Argentina/Buenos_Aires, did you mean "America/Argentina/Buenos_Aires"?',
    ],
    [
      { primary_keys: ["obs_time"] },
      "must hold both obs_time and internal_series_code: an observation is known by its series and its time",
    ],
  ])("%j", (given, message) => {
    expect(problem(given)).toEqual([message]);
  });

  test.each([[{ decimal: ";" }], [{ primary_keys: ["value"] }], [{ na_values: "x" }], [{ time_zone: "UTC" }]])(
    "refused: %j",
    (given) => {
      expect(problem(given)).toBeDefined();
    },
  );
});
