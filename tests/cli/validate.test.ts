import { expect, test } from "bun:test";
import { verdictText, type Verdict } from "../../src/cli/validate.ts";

const valid: Verdict = { file: "a.yaml", dataset_id: "a", valid: true, problems: [], warnings: [] };
const invalid: Verdict = {
  file: "b.yaml",
  dataset_id: null,
  valid: false,
  problems: [
    { message: "source.url: is missing", file: "b.yaml", line: 4, column: 9 },
    { message: "dataset_id: is missing", file: "b.yaml" },
  ],
  warnings: [],
};

test("valid datasets are a line each, and counted", () => {
  expect(verdictText([valid])).toBe("ok a.yaml\n1 dataset valid\n");
  const warned = { ...valid, warnings: [{ message: "verify_ssl is false", file: "a.yaml", line: 2, column: 3 }] };
  expect(verdictText([valid, warned])).toBe(
    "ok a.yaml\nok a.yaml\nwarning: a.yaml:2:3  verify_ssl is false\n2 datasets valid\n",
  );
});

test("of the others every problem is a line", () => {
  expect(verdictText([valid, invalid])).toBe(`ok a.yaml
b.yaml:4:9  source.url: is missing
b.yaml  dataset_id: is missing
1 dataset valid, 1 not
`);
});
