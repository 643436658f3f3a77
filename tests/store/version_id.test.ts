import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { newVersionId, versionTime } from "../../src/store/version_id.ts";
import { seeded } from "../support/run.ts";

const moment = fc.date({ min: new Date("1970-01-01"), max: new Date("2200-01-01"), noInvalidDate: true });
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test.each([
  ["the first", "2024-11-25T13:05:01.999Z", 0.25, undefined, "v20241125_130501_250000"],
  ["the lowest draw", "2024-11-25T13:05:01Z", 0, undefined, "v20241125_130501_000000"],
  ["the highest draw", "2024-11-25T13:05:01Z", 1 - Number.EPSILON / 2, undefined, "v20241125_130501_999999"],
  ["after an older one", "2024-11-25T13:05:01Z", 0.5, "v20241125_130500_999999", "v20241125_130501_500000"],
  [
    "within the second of the current one",
    "2024-11-25T13:05:01Z",
    0,
    "v20241125_130501_400000",
    "v20241125_130501_400001",
  ],
  ["at the end of a second", "2024-11-25T13:05:01Z", 0, "v20241125_130501_999999", "v20241125_130502_000000"],
  ["at the end of a year", "2024-12-31T23:59:59Z", 0, "v20241231_235959_999999", "v20250101_000000_000000"],
  ["by a clock that is behind", "2024-11-25T13:05:01Z", 0.5, "v20250101_000000_000000", "v20250101_000000_500001"],
  ["after what is no id", "2024-11-25T13:05:01Z", 0.25, "initial", "v20241125_130501_250000"],
])("%s", (_, now, random, current, expected) => {
  expect(newVersionId(new Date(now), () => random, current)).toBe(expected);
});

test("is greater than the current one as text, whatever the clocks say, and says when it was made", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(moment, draw), { minLength: 1, maxLength: 20 }), (makings) => {
      let current: string | undefined;
      for (const [now, random] of makings) {
        const next = newVersionId(now, () => random, current);
        expect(next).toMatch(/^v\d{8}_\d{6}_\d{6}$/);
        expect(next > (current ?? "")).toBe(true);
        const made = versionTime(next);
        expect(made !== undefined && made.getTime() >= Math.floor(now.getTime() / 1000) * 1000).toBe(true);
        current = next;
      }
    }),
  );
});

test("there is always much to choose from, also where a clock stands still or is a year behind", () => {
  const random = seeded(3);
  for (const now of ["2026-04-21T12:00:00Z", "2025-04-21T12:00:00Z"]) {
    let current = "v20260421_120000_999998";
    for (let version = 0; version < 100; version++) {
      const candidates = Array.from({ length: 20 }, () => newVersionId(new Date(now), random, current));
      expect(new Set(candidates).size).toBeGreaterThan(15);
      current = candidates[0] ?? "";
    }
    // However many there are, ids do not run away from the clock by more than a second each.
    expect(current < "v20260421_120200_000000").toBe(true);
  }
});

test.each([
  ["v20241125_130501_483920", "2024-11-25T13:05:01.000Z"],
  ["v19700101_000000_000000", "1970-01-01T00:00:00.000Z"],
])("versionTime(%p)", (version_id, expected) => {
  expect(versionTime(version_id)).toEqual(new Date(expected));
});

test.each([[""], ["20241125_130501_483920"], ["v20241125_130501_48392"], ["v20241125_130501_483920 "], ["vNaN"]])(
  "versionTime(%p) is no time",
  (text) => {
    expect(versionTime(text)).toBeUndefined();
  },
);
