import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { isBlank, readNumber } from "../../src/core/number.ts";

describe("isBlank()", () => {
  test.each([
    null,
    "",
    "  ",
    "\u00a0",
    "-",
    "--",
    "—",
    ".",
    "..",
    "...",
    "…",
    "n.d.",
    "ND",
    "s/o",
    "S/D",
    "N/A",
    "nan",
    "///",
  ])("%p is", (value) => {
    expect(isBlank(value)).toBe(true);
  });
  test.each(["#N/A", "#DIV/0!", " #REF!", Number.NaN])("%p is, as an error", (value) => {
    expect(isBlank(value)).toBe(true);
  });
  test.each([0, "0", "-1", "abc", "n", true, false, Number.POSITIVE_INFINITY])("%p is not", (value) => {
    expect(isBlank(value)).toBe(false);
  });
});

describe("readNumber() judges by itself", () => {
  test.each([
    [1.5, 1.5],
    ["1.5", 1.5],
    ["1,5", 1.5],
    ["1.234", 1.234],
    ["1,234", 1.234],
    ["1.234,5", 1234.5],
    ["1,234.5", 1234.5],
    ["1.234.567", 1_234_567],
    ["1,234,567", 1_234_567],
    ["1.234.567,89", 1_234_567.89],
    ["1'234'567.89", 1_234_567.89],
    ["1’234.5", 1234.5],
    ["1 234 567,89", 1_234_567.89],
    ["1\u00a0234,5", 1234.5],
    ["1\u202f234,5", 1234.5],
    ["-1.5", -1.5],
    ["- 1.5", -1.5],
    ["\u22121,5", -1.5],
    ["+1.5", 1.5],
    [".5", 0.5],
    [",5", 0.5],
    ["5.", 5],
    ["1.5e3", 1500],
    ["1,5E-3", 0.0015],
    ["  12\n", 12],
    ["007", 7],
  ])("%p is %p", (value, number) => {
    expect(readNumber(value)).toBe(number);
  });

  test.each([
    null,
    true,
    "",
    ".",
    "-",
    "+",
    "e5",
    ".e5",
    "abc",
    "1 a",
    "1.5%",
    "1e",
    "0x10",
    "Infinity",
    "1e999",
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    "25.11.2024",
    "1.2.3",
    "1,2,3",
    "1.23,456.7",
    "1234,567.8",
    "12 34",
    "1 234.567,8",
    "1.234'567,8",
    "1..5",
    "1.5 (p)",
    "12-5",
    "٣",
  ])("%p is none", (value) => {
    expect(readNumber(value)).toBeUndefined();
  });
});

describe("readNumber() with a sign given", () => {
  test.each([
    ["1,234", ".", 1234],
    ["1.234", ".", 1.234],
    ["1,234", ",", 1.234],
    ["1.234", ",", 1234],
    ["1.234.567", ",", 1_234_567],
    ["12.5", ",", undefined],
    ["1,24", ".", undefined],
    ["1.234,5", ".", undefined],
  ] as const)("%p with %p is %p", (text, decimal, number) => {
    expect(readNumber(text, decimal)).toBe(number);
  });
});

const locales = [
  ["Spanish", "es-AR", ","],
  ["English", "en-US", "."],
  ["Swiss", "de-CH", "."],
  ["French", "fr-FR", ","],
] as const;

test.each(locales)("a number printed the %s way is read back", (_, locale, decimal) => {
  const print = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 6 });
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (number) => {
      const rounded = Number(number.toFixed(6)) + 0;
      expect(readNumber(print.format(rounded), decimal)).toBe(rounded);
      // Two signs, or a lone one with other than three digits behind it, leave no doubt.
      expect(readNumber(print.format(rounded))).toBe(rounded);
    }),
  );
});

test("what JavaScript prints is read back", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(readNumber(String(number), ".")).toBe(number + 0);
      expect(readNumber(String(number))).toBe(number + 0);
    }),
  );
});
