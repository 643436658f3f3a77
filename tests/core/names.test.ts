import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { clashingNames, foldName, nameProblem } from "../../src/core/names.ts";

test.each(["A", "BCRA_RESERVAS_USD_M_D", "ñandú", "a b", "a.b", "...", "x".repeat(255)])("%p can be a name", (name) => {
  expect(nameProblem(name)).toBeUndefined();
});

test.each([
  ["", "must not be empty"],
  [".", 'must not be "."'],
  ["..", 'must not be ".."'],
  ["__proto__", 'must not be "__proto__"'],
  ["a/b", 'must not contain "/" or "\\"'],
  ["a\\b", 'must not contain "/" or "\\"'],
  ["a\nb", "must not contain control characters"],
  ["a\u0085b", "must not contain control characters"],
  ["\ud800", "must be well-formed Unicode"],
  [" a", "must not begin or end with white space"],
  ["a\u00a0", "must not begin or end with white space"],
  ["ñ".repeat(128), "must be at most 255 bytes long"],
])("%p %s", (name, problem) => {
  expect(nameProblem(name)).toBe(problem);
});

test.each([
  [["A", "a"], [["a", "A"]]],
  [["é", "e\u0301"], [["e\u0301", "é"]]],
  [["ﬁ", "FI"], [["FI", "ﬁ"]]],
  [["A", "A", "B"], []],
  [
    ["a", "A", "b", "B"],
    [
      ["A", "a"],
      ["B", "b"],
    ],
  ],
])("of %j clash %j", (names, clashes) => {
  expect(clashingNames(names)).toEqual(clashes as [string, string][]);
});

test("folding twice is folding once", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (name) => expect(foldName(foldName(name))).toBe(foldName(name))),
  );
});
