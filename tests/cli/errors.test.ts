import { expect, test } from "bun:test";
import { IngestorError } from "../../src/core/errors.ts";
import { bugText, errorText } from "../../src/cli/errors.ts";

const error = new IngestorError("CONFIG", 'Cannot read dataset "a.yaml": 3 problems', {
  problems: [
    { message: "source.url: is missing", file: "a.yaml", line: 4, column: 9 },
    { message: "no line is known", file: "a.yaml" },
    { message: "no place is known" },
  ],
  hint: "see docs/datasets.md",
  cause: new Error("outer", { cause: "inner" }),
});

test("an error shows its message, each problem with its place, and the hint", () => {
  expect(errorText(error)).toBe(`Cannot read dataset "a.yaml": 3 problems
a.yaml:4:9  source.url: is missing
a.yaml  no line is known
no place is known
hint: see docs/datasets.md
`);
});

test("--verbose shows the causes", () => {
  const lines = errorText(error, true).split("\n");
  expect(lines.slice(4)).toEqual(["because: outer", "because: inner", "hint: see docs/datasets.md", ""]);
});

test("a bug shows its stack and asks for a report", () => {
  const text = bugText(new TypeError("x is not a function"));
  expect(text).toStartWith("TypeError: x is not a function\n    at ");
  expect(text).toMatch(/\nThis is a bug in ingestor [^ ]+: please report it with the lines above\n$/);
  expect(errorText("text")).toStartWith("text\nThis is a bug");
});
