import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { IngestorError } from "../../src/core/errors.ts";
import type { StoredObservation } from "../../src/core/observation.ts";
import { decodeData, digestOf, encodeData } from "../../src/store/data_file.ts";
import { stored } from "../support/arbitraries.ts";

const one: StoredObservation = {
  obs_time: "2024-11-25T00:00:00-03:00",
  internal_series_code: "A_D",
  value: 1.5,
  unit: "index",
  frequency: "D",
  collection_date: "2026-04-21T12:00:00.000000+00:00",
};

describe("a data file", () => {
  test("is a JSON array with one observation a line, without BOM", () => {
    const line =
      '{"obs_time":"2024-11-25T00:00:00-03:00","internal_series_code":"A_D","value":1.5,"unit":"index","frequency":"D","collection_date":"2026-04-21T12:00:00.000000+00:00"}';
    expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(encodeData([one, one]))).toBe(
      `[\n${line},\n${line}\n]\n`,
    );
    expect(new TextDecoder().decode(encodeData([]))).toBe("[]\n");
  });

  test("gives back what was put into it, whatever the texts and numbers", () => {
    fc.assert(
      fc.property(fc.array(stored, { maxLength: 10 }), (rows) => {
        const bytes = encodeData(rows);
        expect(decodeData(bytes, "key")).toEqual(rows);
        expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(rows);
        expect(new TextDecoder().decode(bytes).trimEnd().split("\n").length).toBe(
          rows.length === 0 ? 1 : rows.length + 2,
        );
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["nothing", ""],
    ["a cut", '[\n{"obs_time":"2024'],
    ["an object", "{}"],
    ["null", "null"],
    ["an array of null", "[null]"],
    ["a value as text", JSON.stringify([{ ...one, value: "1" }])],
    ["a value beyond all numbers", JSON.stringify([one]).replace("1.5", "1e999")],
    ["no unit", JSON.stringify([{ ...one, unit: undefined }])],
    ["no time", JSON.stringify([{ ...one, obs_time: 20241125 }])],
    ["bytes that are no text", Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])],
  ])("with %s is damaged", (_, content) => {
    expect(() => decodeData(Buffer.from(content), "a/b")).toThrow(
      new IngestorError("STORAGE", 'Cannot read "a/b": it is not a data file, or is damaged'),
    );
  });
});

describe("a digest", () => {
  test("is 128 bits in base64url", () => {
    expect(digestOf([])).toMatch(/^[\w-]{22}$/);
    expect(digestOf([one])).toMatch(/^[\w-]{22}$/);
  });

  test("does not see when observations were first seen, and sees all else", () => {
    const change = fc.constantFrom("obs_time", "internal_series_code", "value", "unit", "frequency", "collection_date");
    fc.assert(
      fc.property(
        fc.array(stored, { minLength: 1, maxLength: 4 }),
        stored,
        fc.nat({ max: 3 }),
        change,
        (rows, other, at, key) => {
          const index = at % rows.length;
          const changed = rows.map((row, place) => (place === index ? { ...row, [key]: other[key] } : row));
          const same = key === "collection_date" || rows[index]?.[key] === other[key];
          expect(digestOf(changed) === digestOf(rows)).toBe(same);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("sees the order and the number of the observations", () => {
    const two = { ...one, value: 2 };
    const digests = [[], [one], [one, one], [one, two], [two, one]].map(digestOf);
    expect(new Set(digests).size).toBe(digests.length);
  });

  test("is the same after a file was written and read", () => {
    fc.assert(
      fc.property(fc.array(stored, { maxLength: 5 }), (rows) => {
        expect(digestOf(decodeData(encodeData(rows), "key"))).toBe(digestOf(rows));
      }),
    );
  });
});
