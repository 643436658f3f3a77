import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { IngestorError } from "../../src/core/errors.ts";
import type { Observation, StoredObservation } from "../../src/core/observation.ts";
import { collect } from "../../src/store/collect.ts";
import { moment, value } from "../support/arbitraries.ts";
import { obsTimeOf } from "../../src/core/time.ts";
import { thrownBy } from "../support/thrown.ts";

const now = new Date("2026-04-21T12:00:00Z");
const good: Observation = {
  obs_time: "2024-11-25T00:00:00-03:00",
  internal_series_code: "A",
  value: 1,
  unit: "index",
};

async function collected(batches: readonly (readonly Observation[])[], frequency: string | undefined = "D") {
  async function* each() {
    for (const batch of batches) yield [...batch];
  }
  const { count, series } = await collect(each(), { frequency, now });
  const rows: Record<string, StoredObservation[]> = {};
  for (const [code, { count, at }] of series) rows[code] = Array.from({ length: count }, (_, index) => at(index));
  return { count, rows };
}

async function refusals(observations: readonly Observation[], frequency?: string): Promise<string[]> {
  const thrown: unknown = await collected([observations], frequency).catch((error: unknown) => error);
  if (!(thrown instanceof IngestorError)) throw new Error(`expected an IngestorError, got ${String(thrown)}`);
  expect(thrown.code).toBe("STAGE");
  return thrown.problems.map(({ message }) => message);
}

describe("takes in", () => {
  test("what is missing from the dataset and the run", async () => {
    const seen = {
      ...good,
      internal_series_code: "B",
      frequency: "M",
      collection_date: "2020-01-01T00:00:00.000000+00:00",
    };
    expect(await collected([[good], [seen]])).toEqual({
      count: 2,
      rows: {
        A: [{ ...good, unit: "index", frequency: "D", collection_date: "2026-04-21T12:00:00.000000+00:00" }],
        B: [{ ...seen, unit: "index" }],
      },
    });
  });

  test("nothing", async () => {
    expect(await collected([[], []])).toEqual({ count: 0, rows: {} });
  });

  test("-0 as 0, for so it is in a file", async () => {
    const { rows } = await collected([[{ ...good, value: -0 }]]);
    expect(Object.is(rows["A"]?.[0]?.value, 0)).toBe(true);
  });

  test("any order, which becomes that of time, with the values where they belong", async () => {
    const point = fc.tuple(moment, value);
    const series = fc.uniqueArray(point, { selector: ([{ epoch }]) => epoch, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(series, async (points) => {
        const given = points.map(([{ epoch, offset }, value]) => ({
          ...good,
          obs_time: obsTimeOf(epoch, offset),
          value,
        }));
        const { count, rows } = await collected([given.slice(0, 3), given.slice(3)]);
        const expected = given.toSorted((a, b) => Date.parse(a.obs_time) - Date.parse(b.obs_time));
        expect(count).toBe(given.length);
        expect((rows["A"] ?? []).map(({ obs_time, value }) => [obs_time, value])).toEqual(
          expected.map(({ obs_time, value }) => [obs_time, value]),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe("refuses", () => {
  test.each([
    [
      "no offset",
      { obs_time: "2024-11-25T00:00:00" },
      "A at 2024-11-25T00:00:00: obs_time must be an ISO 8601 date-time with an offset",
    ],
    ["no time", { obs_time: "today" }, "A at today: obs_time must be an ISO 8601 date-time with an offset"],
    [
      "no day of any calendar",
      { obs_time: "2024-02-30T00:00:00Z" },
      "A at 2024-02-30T00:00:00Z: obs_time must be an ISO 8601 date-time with an offset",
    ],
    ["NaN", { value: Number.NaN }, "A at 2024-11-25T00:00:00-03:00: the value is NaN"],
    ["Infinity", { value: -Infinity }, "A at 2024-11-25T00:00:00-03:00: the value is -Infinity"],
    ["a blank unit", { unit: " " }, "A at 2024-11-25T00:00:00-03:00: the unit is missing"],
    ["a blank frequency", { frequency: "" }, "A at 2024-11-25T00:00:00-03:00: the frequency is missing"],
    ["a unit of two lines", { unit: "a\nb" }, "A at 2024-11-25T00:00:00-03:00: the unit has a control character"],
    [
      "a unit that is half a character",
      { unit: "a\ud800" },
      "A at 2024-11-25T00:00:00-03:00: the unit is not well-formed Unicode",
    ],
    [
      "a code that is a path",
      { internal_series_code: "a/b" },
      'a/b at 2024-11-25T00:00:00-03:00: the series code must not contain "/" or "\\"',
    ],
    ["no code", { internal_series_code: "" }, " at 2024-11-25T00:00:00-03:00: the series code must not be empty"],
  ])("%s", async (_, change, problem) => {
    expect(await refusals([{ ...good, ...change }], "D")).toEqual([problem]);
  });

  test("no unit, and no frequency where the dataset has none", async () => {
    const { unit: _, ...bare } = good;
    expect(await refusals([bare])).toEqual(["A at 2024-11-25T00:00:00-03:00: the unit is missing"]);
    async function* each() {
      yield [good];
    }
    expect(await thrownBy(collect(each(), { frequency: undefined, now }))).toMatchObject({
      problems: [{ message: "A at 2024-11-25T00:00:00-03:00: the frequency is missing" }],
    });
  });

  test("two units or frequencies in one series", async () => {
    const later = "2024-11-26T00:00:00-03:00";
    expect(await refusals([good, { ...good, obs_time: later, unit: "percent" }])).toEqual([
      `A at ${later}: the unit is "percent", and "index" earlier in the series`,
    ]);
    expect(await refusals([good, { ...good, obs_time: later, frequency: "M" }])).toEqual([
      `A at ${later}: the frequency is "M", and "D" earlier in the series`,
    ]);
  });

  test("two observations of one instant, however it is written and wherever they are", async () => {
    const others = ["2024-11-26T00:00:00-03:00", "2024-11-24T00:00:00-03:00", "2024-11-25T03:00:00+00:00"];
    expect(await refusals([good, ...others.map((obs_time) => ({ ...good, obs_time }))])).toEqual([
      "A at 2024-11-25T03:00:00+00:00: more than one observation of this instant",
    ]);
  });

  test("codes that some file system takes for one", async () => {
    const codes = ["Usd", "USD", "e\u0301", "\u00e9"].map((internal_series_code) => ({
      ...good,
      internal_series_code,
    }));
    expect(await refusals(codes)).toEqual([
      'the series codes "Usd" and "USD" differ only by case or Unicode form',
      'the series codes "e\u0301" and "\u00e9" differ only by case or Unicode form',
    ]);
  });

  test("all of it at once, up to twenty", async () => {
    const bad = [
      { ...good, value: Number.NaN },
      { ...good, obs_time: "today" },
      good,
      good,
      { ...good, internal_series_code: "a" },
    ];
    expect(await refusals(bad)).toEqual([
      "A at 2024-11-25T00:00:00-03:00: the value is NaN",
      "A at today: obs_time must be an ISO 8601 date-time with an offset",
      "A at 2024-11-25T00:00:00-03:00: more than one observation of this instant",
      'the series codes "A" and "a" differ only by case or Unicode form',
    ]);
    expect(await refusals(Array.from({ length: 100 }, () => ({ ...good, value: Number.NaN })))).toHaveLength(20);
    const bare = ["A", "B"].flatMap((internal_series_code) =>
      Array.from({ length: 100 }, () => ({ ...good, internal_series_code, unit: "" })),
    );
    expect(await refusals(bare)).toEqual([
      "A at 2024-11-25T00:00:00-03:00: the unit is missing",
      "B at 2024-11-25T00:00:00-03:00: the unit is missing",
    ]);
  });
});
