import { expect, test } from "bun:test";
import { readRequest, type ReadFlags } from "../../src/cli/read_request.ts";
import { IngestorError } from "../../src/core/errors.ts";

const pipe = { outTerminal: false };
const screen = { outTerminal: true };

test.each<[ReadFlags, typeof pipe, string]>([
  [{}, screen, "table"],
  [{}, pipe, "csv"],
  [{ output: "-" }, pipe, "csv"],
  [{ output: "out.JSON" }, screen, "json"],
  [{ output: "out.jsonl" }, screen, "jsonl"],
  [{ output: "out.parquet" }, pipe, "parquet"],
  [{ output: "out.txt" }, screen, "csv"],
  [{ output: "out.csv", format: "table" }, pipe, "table"],
  [{ json: true }, screen, "jsonl"],
  [{ json: true, format: "json" }, pipe, "json"],
])("%j is read as a %s", (flags, shell, format) => {
  expect(readRequest(flags, shell).format).toBe(format as "table");
});

test.each<[ReadFlags, typeof pipe, string]>([
  [{ from: "2024-05", to: "2024-04" }, pipe, '"--from" 2024-05 is after "--to" 2024-04'],
  [{ version: "v", "as-of": "2024" }, pipe, '"--version" and "--as-of" both say which version to read'],
  [{ format: "jso" }, pipe, '"--format" is one of table, csv, json, jsonl, parquet, not "jso", did you mean "json"?'],
  [{ json: true, format: "csv" }, pipe, '"--json" and "--format csv" do not go together'],
  [{ format: "parquet" }, screen, '"--format parquet" is nothing for a terminal: name a file with --output'],
  [
    { "as-of": "noon" },
    pipe,
    '"--as-of" needs a date or time, as 2024, 2024-05, 2024-05-03 or 2024-05-03T12:00:00Z, not "noon"',
  ],
])("%j is an error", (flags, shell, problem) => {
  expect(() => readRequest(flags, shell)).toThrow(
    new IngestorError("ARGUMENT", `Cannot read the arguments: ${problem}`),
  );
});

test("all that is wrong is said at once", () => {
  expect(() => readRequest({ from: "x", to: "y", format: "z" }, pipe)).toThrow("Cannot read the arguments: 3 problems");
});
