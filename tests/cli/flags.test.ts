import { expect, test } from "bun:test";
import { IngestorError } from "../../src/core/errors.ts";
import { readFlags } from "../../src/cli/flags.ts";

const definitions = {
  "dataset...": { type: "positional", required: false },
  set: { type: "string" },
  local: { type: "string" },
  output: { type: "string" },
  series: { type: "string" },
  full: { type: "boolean" },
  verbose: { type: "boolean", alias: "v" },
} as const;

test.each([
  [[], ["--"]],
  [
    ["a", "b"],
    ["--", "a", "b"],
  ],
  [
    ["a", "--full", "b"],
    ["--full", "--", "a", "b"],
  ],
  [
    ["--local", "x", "a"],
    ["--local=x", "--", "a"],
  ],
  [["--local=x=y"], ["--local=x=y", "--"]],
  [["--local=-x"], ["--local=-x", "--"]],
  [["-v"], ["--verbose", "--"]],
  [
    ["--output", "-"],
    ["--output=-", "--"],
  ],
  [["-"], ["--", "-"]],
  [
    ["--", "--full", "-x"],
    ["--", "--full", "-x"],
  ],
  [
    ["--full", "--", "a", "--"],
    ["--full", "--", "a", "--"],
  ],
])("%j reads as %j", (raw, canonical) => {
  expect(readFlags(raw, definitions)).toEqual({ canonical, sets: [] });
});

test("--set may be repeated, and keeps its order", () => {
  const { sets } = readFlags(["--set", "a=1", "x", "--set=b=c=d", "--set", "a=2"], definitions);
  expect(sets).toEqual(["a=1", "b=c=d", "a=2"]);
});

test.each([
  [["--set", "load.token: hunter2", "x"], '"--set load.token" must be KEY=VALUE'],
  [["--set", "load.token", "hunter2", "--ful"], '"--set load.token" must be KEY=VALUE'],
  [["--set=load.token=", "hunter2"], '"--set load.token" needs a value after the =, or null'],
  [["--set=", "hunter2"], '"--set" must be KEY=VALUE'],
  [["x", "--set", "a=1", "load.token=hunter2"], '"load.token=…" is no dataset: "--set" goes before each KEY=VALUE'],
])("of %j only what is wrong with --set is said, and nothing of its value", (raw, problem) => {
  expect(() => readFlags(raw, definitions)).toThrow(
    new IngestorError("ARGUMENT", `Cannot read the arguments: ${problem}`),
  );
});

test("a word after a flag that is not known may be its value, and is not quoted", () => {
  expect(() => readFlags(["--sett", "load.token=hunter2"], { full: { type: "boolean" } })).toThrow(
    new IngestorError("ARGUMENT", 'Cannot read the arguments: there is no flag "--sett"'),
  );
});

test("series have a sign between code and time, beside --set", () => {
  const both = { ...definitions, "series...": { type: "positional", required: false } } as const;
  expect(readFlags(["a.b=2024"], both).canonical).toEqual(["--", "a.b=2024"]);
});

test("--series may be repeated, and is passed on as one", () => {
  const { canonical } = readFlags(["--series", "A,B", "x", "--series=C"], definitions);
  expect(canonical).toEqual(["--series=A,B,C", "--", "x"]);
});

test.each([
  [["--ful"], 'there is no flag "--ful", did you mean "--full"?'],
  [["--halp"], 'there is no flag "--halp", did you mean "--help"?'],
  [["--unlike=x"], 'there is no flag "--unlike"'],
  [["-x"], 'there is no flag "-x"'],
  [["-vv"], 'there is no flag "-vv"'],
  [["--v"], 'there is no flag "--v"'],
  [["--no-full"], 'there is no flag "--no-full", did you mean "--full"?'],
  [["--Full"], 'there is no flag "--Full", did you mean "--full"?'],
  [["--full=yes"], '"--full" takes no value'],
  [["--local"], '"--local" needs a value'],
  [["--local="], '"--local" needs a value'],
  [["--local", ""], '"--local" needs a value'],
  [["--local", "--full"], '"--local" needs a value'],
  [["--local", "--", "x"], '"--local" needs a value'],
  [["--full", "--full"], '"--full" is given more than once'],
  [["-v", "--verbose"], '"--verbose" is given more than once'],
  [["--local=a", "--local=a"], '"--local" is given more than once'],
])("%j is wrong", (raw, problem) => {
  expect(() => readFlags(raw, definitions)).toThrow(
    new IngestorError("ARGUMENT", `Cannot read the arguments: ${problem}`),
  );
});

test("all that is wrong is said at once", () => {
  const read = () => readFlags(["--ful", "--local", "--full=x"], definitions);
  expect(read).toThrow("Cannot read the arguments: 3 problems");
});

test("a command takes as many arguments as it defines", () => {
  const two = { from: { type: "positional" }, to: { type: "positional", required: false } } as const;
  expect(readFlags(["a", "b"], two).canonical).toEqual(["--", "a", "b"]);
  expect(() => readFlags([], two)).toThrow("Cannot read the arguments: the argument FROM is missing");
  expect(() => readFlags(["a", "b", "c"], two)).toThrow('Cannot read the arguments: there is no argument for "c"');
});
