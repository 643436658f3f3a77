import * as fc from "fast-check";
import { nameProblem } from "../../src/core/names.ts";
import { isoMicroseconds, obsTimeOf } from "../../src/core/time.ts";
import type { StoredObservation } from "../../src/core/observation.ts";
import { compareObservations } from "../../src/store/order.ts";

const minute = 60_000;

/** Any text that may be the code of a series, strange ones more often than a source has them. */
export const seriesCode: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(
      "A",
      "B_D",
      "year=2024",
      "month=01",
      "toString",
      "valueOf",
      "123",
      "0",
      "-1",
      "a.b",
      "é",
      "data.json",
    ),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  )
  .filter((code) => nameProblem(code) === undefined);

/** Any unit or frequency that is not refused: no control characters, well-formed. */
export const unit: fc.Arbitrary<string> = fc
  .oneof(fc.constantFrom("index", "USD millions", '"', "\\", "%", "año", "</script>"), fc.string({ unit: "grapheme" }))
  // eslint-disable-next-line no-control-regex
  .filter((text) => text.trim() !== "" && !/[\u0000-\u001f\u007f-\u009f]/.test(text));

export const value: fc.Arbitrary<number> = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 0.1 + 0.2, 2 ** 53, -1.5),
  )
  .map((number) => number + 0);

/** A moment of the years 1 to 9998, and an offset in minutes. */
export const moment = fc.record({
  epoch: fc.integer({ min: Date.parse("0001-01-02T00:00:00Z"), max: Date.parse("9998-12-30T00:00:00Z") }),
  offset: fc.integer({ min: -14 * 60, max: 14 * 60 }),
});

export const obsTime: fc.Arbitrary<string> = moment.map(({ epoch, offset }) => obsTimeOf(epoch, offset));

const collectionDate = fc
  .integer({ min: 0, max: Date.parse("2100-01-01") })
  .map((epoch) => isoMicroseconds(new Date(epoch)));

export const stored: fc.Arbitrary<StoredObservation> = fc.record({
  obs_time: obsTime,
  internal_series_code: seriesCode,
  value,
  unit,
  frequency: unit,
  collection_date: collectionDate,
});

/** Observations in order, one of each series and instant; of few series and days, so that two sets have much in common. */
export const fewStored: fc.Arbitrary<StoredObservation[]> = fc
  .uniqueArray(
    fc.record({
      obs_time: fc.nat({ max: 12 }).map((day) => obsTimeOf(Date.UTC(2024, 0, 1) + day * 1440 * minute, -180)),
      internal_series_code: fc.constantFrom("A", "B"),
      value: fc.constantFrom(1, 2),
      unit: fc.constantFrom("index", "index", "percent"),
      frequency: fc.constant("D"),
      collection_date: collectionDate,
    }),
    { selector: ({ obs_time, internal_series_code }) => `${obs_time} ${internal_series_code}`, maxLength: 20 },
  )
  .map((rows) => rows.toSorted(compareObservations));
