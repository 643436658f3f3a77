import { describe, expect, test } from "bun:test";
import { instantOffsets, isTimeZone, zoneOffsets } from "../../src/core/zone.ts";

const minute = 60_000;
const halfHour = 30 * minute;

/** What this file needs of the global `Temporal`, which the types do not know yet. */
const { Temporal } = globalThis as unknown as {
  Temporal: {
    PlainDateTime: {
      from(text: string): {
        toZonedDateTime(zone: string, options: { disambiguation: "compatible" }): { epochMilliseconds: number };
      };
    };
    Instant: {
      fromEpochMilliseconds(epoch: number): { toZonedDateTimeISO(zone: string): { offsetNanoseconds: number } };
    };
  };
};

const zones = [
  "UTC",
  "America/Argentina/Buenos_Aires",
  "Pacific/Kiritimati",
  "Asia/Kathmandu",
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Africa/Casablanca",
];

/** Years with what is odd: skipped days, half-hour changes, zones that moved, Ramadan, and plain summers. */
const years = [1974, 1986, 1995, 2007, 2011, 2018, 2024];

function* halfHours() {
  for (const year of years) {
    const end = Date.UTC(year + 1, 0, 1);
    for (let time = Date.UTC(year, 0, 1); time < end; time += halfHour) yield time;
  }
}

describe.each(zones)("%s, every half hour", (zone) => {
  test("zoneOffsets() agrees with Temporal", () => {
    const offsetOf = zoneOffsets(zone);
    const wrong = halfHours().filter((wall) => {
      const local = Temporal.PlainDateTime.from(new Date(wall).toISOString().slice(0, 19));
      const { epochMilliseconds } = local.toZonedDateTime(zone, { disambiguation: "compatible" });
      return wall - offsetOf(wall) * minute !== epochMilliseconds;
    });
    expect([...wrong.take(3)].map((wall) => new Date(wall).toISOString())).toEqual([]);
  });

  test("instantOffsets() agrees with Temporal", () => {
    const offsetAt = instantOffsets(zone);
    const wrong = halfHours().filter((instant) => {
      const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
      return offsetAt(instant) !== offsetNanoseconds / 60e9;
    });
    expect([...wrong.take(3)].map((instant) => new Date(instant).toISOString())).toEqual([]);
  });
});

test.each([
  ["a clock that happens twice means the first", "America/New_York", "2024-11-03T01:30:00Z", -240],
  ["one that is skipped has the offset from before", "America/New_York", "2024-03-10T02:30:00Z", -300],
  ["a day that is skipped, too", "Pacific/Apia", "2011-12-30T12:00:00Z", -600],
  ["midnight that is skipped", "America/Sao_Paulo", "2018-11-04T00:00:00Z", -180],
  ["offsets west of Greenwich by less than an hour", "Europe/Dublin", "1900-01-01T00:00:00Z", -25],
  ["seconds are rounded", "Africa/Monrovia", "1960-01-01T00:00:00Z", -45],
])("%s", (_, zone, wall, offset) => {
  expect(zoneOffsets(zone)(Date.parse(wall))).toBe(offset);
});

test("the order of the questions does not matter", () => {
  const walls = [...Array(400).keys()].map((index) => Date.UTC(2024, 2, 1) + index * 13 * halfHour);
  const forwards = zoneOffsets("America/New_York");
  const backwards = zoneOffsets("America/New_York");
  expect(walls.toReversed().map(backwards).toReversed()).toEqual(walls.map(forwards));
});

test.each([
  ["UTC", true],
  ["America/Argentina/Buenos_Aires", true],
  ["Etc/GMT+3", true],
  ["", false],
  ["Argentina", false],
  ["America/Buenos_Airs", false],
  ["GMT-3", false],
])("isTimeZone(%p) is %p", (zone, known) => {
  expect(isTimeZone(zone)).toBe(known);
});
