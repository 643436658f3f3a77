import * as fc from "fast-check";
import { describe, expect, test } from "bun:test";
import { readMoment } from "../../src/store/moment.ts";
import { isBackwards, isFrom, isUpTo, readBound, shareOf, type TimeBound } from "../../src/store/time_bound.ts";

function bound(text: string): TimeBound {
  const read = readBound(text);
  if (read === undefined) throw new Error(`"${text}" is no bound`);
  return read;
}

test.each([
  ["2024", "2024-01-01T00:00:00-03:00", "2024-12-31T23:59:59-03:00"],
  ["2024-02", "2024-02-01T00:00:00-03:00", "2024-02-29T23:59:59-03:00"],
  ["2024-02-29", "2024-02-29T00:00:00-03:00", "2024-02-29T23:59:59.999-03:00"],
  ["2024-02-29T12:30", "2024-02-29T12:30:00-03:00", "2024-02-29T12:30:59-03:00"],
  ["2024-02-29 12:30:05", "2024-02-29T12:30:05-03:00", "2024-02-29T12:30:05.500-03:00"],
  ["2024-02-29T15:30:05Z", "2024-02-29T12:30:05-03:00", "2024-02-29T12:30:05-03:00"],
])("%s begins at %s and ends at %s, in the observation's own local time", (text, first, last) => {
  for (const time of [first, last]) {
    expect([isFrom(time, bound(text)), isUpTo(time, bound(text))]).toEqual([true, true]);
  }
  const [before, after] = [shifted(first, -1000), shifted(last, 1000)];
  expect([isFrom(before, bound(text)), isUpTo(before, bound(text))]).toEqual([false, true]);
  expect([isFrom(after, bound(text)), isUpTo(after, bound(text))]).toEqual([true, false]);
});

function shifted(obs_time: string, milliseconds: number): string {
  const wall = new Date(`${obs_time.slice(0, -6)}Z`).getTime() + milliseconds;
  return `${new Date(wall).toISOString().slice(0, 23)}-03:00`;
}

test.each(["", "24", "2024-13", "2023-02-29", "2024-5", "2024-05-03T", "yesterday", "2024-05-03T25:00"])(
  "%p is no bound",
  (text) => {
    expect(readBound(text)).toBeUndefined();
    expect(readMoment(text)).toBeUndefined();
  },
);

test.each([
  ["2024", "2023", true],
  ["2024-05", "2024", false],
  ["2024", "2024-05", false],
  ["2024-05-04", "2024-05-03", true],
  ["2024-05-03", "2024-05-03", false],
  ["2024-05-03T12:00:00Z", "2024-05-03T11:59:59Z", true],
  ["2024-05-03T12:00:00Z", "2024-05-03", false],
  ["2024-05-06T12:00:00Z", "2024-05-03", true],
])("from %s to %s is backwards: %p", (from, to, expected) => {
  expect(isBackwards(bound(from), bound(to))).toBe(expected);
});

const localTimes = fc
  .integer({ min: Date.UTC(2023, 0), max: Date.UTC(2025, 0) })
  .map((epoch) => new Date(epoch).toISOString().slice(0, 19));
const bounds = fc
  .tuple(localTimes, fc.constantFrom(4, 7, 10, 16, 19), fc.constantFrom("", "Z", "-11:00", "+14:00"))
  .map(([time, length, offset]) => bound(length < 16 ? time.slice(0, length) : time.slice(0, length) + offset));

test("a share that is all or none is that of every time in the span", () => {
  fc.assert(
    fc.property(
      fc.tuple(localTimes, localTimes, localTimes).map((times) => times.toSorted()),
      fc.option(bounds, { nil: undefined }),
      fc.option(bounds, { nil: undefined }),
      fc.constantFrom("-11:00", "-03:00", "+00:00", "+14:00"),
      ([first = "", within = "", last = ""], from, to, offset) => {
        const share = shareOf({ first, last }, from, to);
        for (const time of [first, within, last].map((local) => local + offset)) {
          const inside = (!from || isFrom(time, from)) && (!to || isUpTo(time, to));
          if (share !== "some") expect(inside).toBe(share === "all");
        }
      },
    ),
  );
});

describe("a moment to look back from", () => {
  test.each([
    ["2024", "2024-12-31T23:59:59.999Z"],
    ["2024-02", "2024-02-29T23:59:59.999Z"],
    ["2024-02-29", "2024-02-29T23:59:59.999Z"],
    ["2024-02-29T12:00", "2024-02-29T12:00:00.000Z"],
    ["2024-02-29T12:00:00-03:00", "2024-02-29T15:00:00.000Z"],
  ])("%s is %s", (text, expected) => {
    expect(readMoment(text)?.toISOString()).toBe(expected);
  });
});
