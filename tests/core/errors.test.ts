import { expect, test } from "bun:test";
import { IngestorError, placeOf, reasonOf } from "../../src/core/errors.ts";

test("an error carries its code, hint, problems and cause", () => {
  const cause = new Error("below");
  const problems = [{ message: "must not be empty", file: "a.yaml", line: 1, column: 2 }];
  const error = new IngestorError("CONFIG", 'Cannot load "a.yaml": 1 problem', { hint: "look", problems, cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "IngestorError",
    code: "CONFIG",
    message: 'Cannot load "a.yaml": 1 problem',
    hint: "look",
    problems,
    cause,
  });
});

test("an error needs no details", () => {
  const error = new IngestorError("SOURCE", "Cannot go on");
  expect([error.hint, error.problems]).toEqual([undefined, []]);
  expect("cause" in error).toBe(false);
});

test.each([
  [new Error("gone"), "gone"],
  ["gone", "gone"],
  [undefined, "undefined"],
])("reasonOf(), %#", (thrown, reason) => {
  expect(reasonOf(thrown)).toBe(reason);
});

test.each([
  [{ file: "a.yaml", line: 3, column: 7 }, "a.yaml:3:7"],
  [{ file: "a.yaml", line: 3 }, "a.yaml:3"],
  [{ file: "a.yaml", column: 7 }, "a.yaml"],
  [{ line: 3, column: 7 }, "3:7"],
  [{}, ""],
])("placeOf(%j) is %s", (place, text) => {
  expect(placeOf({ message: "", ...place })).toBe(text);
});
