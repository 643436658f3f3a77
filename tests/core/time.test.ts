import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  isoDate,
  isoLocal,
  isoMicroseconds,
  isoOffset,
  isoSeconds,
  localPart,
  obsTimeOf,
  readIso,
} from "../../src/core/time.ts";

const minute = 60_000;
const utc = (text: string) => Date.parse(`${text}Z`);

describe("readIso()", () => {
  test.each([
    ["2024-11-25", "2024-11-25T00:00:00", undefined],
    ["2024-11-25T10:30", "2024-11-25T10:30:00", undefined],
    ["2024-11-25 10:30:15", "2024-11-25T10:30:15", undefined],
    ["2024-11-25T10:30:15.5", "2024-11-25T10:30:15.500", undefined],
    ["2024-11-25T10:30:15.123456789", "2024-11-25T10:30:15.123", undefined],
    ["2024-11-25T10:30:15Z", "2024-11-25T10:30:15", 0],
    ["2024-11-25T10:30:15+00:00", "2024-11-25T10:30:15", 0],
    ["2024-11-25T10:30:15-03:00", "2024-11-25T10:30:15", -180],
    ["2024-11-25T10:30:15+0545", "2024-11-25T10:30:15", 345],
    ["2024-11-25+14:00", "2024-11-25T00:00:00", 840],
    ["2024-02-29", "2024-02-29T00:00:00", undefined],
    ["1700-01-01", "1700-01-01T00:00:00", undefined],
  ])("%s", (text, wall, offset) => {
    expect(readIso(text)).toEqual({ wall: utc(wall), offset });
  });

  test("years before 100 are themselves", () => {
    expect(isoDate(readIso("0024-11-25")?.wall ?? 0)).toBe("0024-11-25");
    expect(isoDate(readIso("0000-01-01")?.wall ?? 0)).toBe("0000-01-01");
  });

  test.each([
    "",
    "2024",
    "2024-11",
    "2024-11-31",
    "2023-02-29",
    "2024-00-01",
    "2024-13-01",
    "2024-01-00",
    "2024-1-1",
    "24-01-01",
    "2024-11-25T",
    "2024-11-25T24:00",
    "2024-11-25T10:60",
    "2024-11-25T10:30:60",
    "2024-11-25T10",
    "2024-11-25T10:30:15.",
    "2024-11-25T10:30+24:00",
    "2024-11-25T10:30+03:60",
    "2024-11-25T10:30 -03:00",
    " 2024-11-25",
    "2024-11-25\n",
    "25/11/2024",
    "+002024-11-25",
    "٢٠٢٤-11-25",
  ])("%p is none", (text) => {
    expect(readIso(text)).toBeUndefined();
  });
});

const walls = fc.integer({ min: utc("0000-01-01T00:00:00"), max: utc("9999-12-31T23:59:59.999") });
const offsets = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });

test("readIso() reads what isoLocal() and isoOffset() write", () => {
  fc.assert(
    fc.property(walls, offsets, (wall, offset) => {
      expect(readIso(isoLocal(wall))).toEqual({ wall, offset: undefined });
      expect(readIso(isoLocal(wall) + isoOffset(offset))).toEqual({ wall, offset });
      expect(readIso(isoDate(wall))?.wall).toBe(Math.floor(wall / 86_400_000) * 86_400_000);
    }),
  );
});

test("readIso() gives the instants of Date.parse()", () => {
  fc.assert(
    fc.property(walls, offsets, (wall, offset) => {
      const text = isoLocal(wall) + isoOffset(offset);
      const read = readIso(text);
      expect((read?.wall ?? 0) - (read?.offset ?? 0) * minute).toBe(Date.parse(text));
    }),
  );
});

test.each([
  [0, "+00:00"],
  [-0, "+00:00"],
  [-180, "-03:00"],
  [345, "+05:45"],
  [840, "+14:00"],
  [-30, "-00:30"],
])("isoOffset(%p) is %s", (offset, text) => {
  expect(isoOffset(offset)).toBe(text);
});

test.each([
  ["2024-11-25T03:00:00", -180, "2024-11-25T00:00:00-03:00"],
  ["1969-12-31T23:59:59.999", 0, "1969-12-31T23:59:59.999+00:00"],
  ["2024-11-25T00:00:00", 345, "2024-11-25T05:45:00+05:45"],
])("obsTimeOf(%s, %d)", (instant, offset, text) => {
  expect(obsTimeOf(utc(instant), offset)).toBe(text);
  expect(localPart(text)).toBe(text.slice(0, 19));
});

test("instants in manifests and observations", () => {
  const instant = new Date("2024-11-25T13:00:00.123Z");
  expect(isoSeconds(instant)).toBe("2024-11-25T13:00:00Z");
  expect(isoMicroseconds(instant)).toBe("2024-11-25T13:00:00.123000+00:00");
});
