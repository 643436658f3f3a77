import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { escapeReferences, readEnv, rereadScalar } from "../../src/config/interpolate.ts";
import { load, problemsOf } from "./support.ts";

const env = { HOST: "example.org", EMPTY: "", TIMEOUT: "60", SOON: "soon", ZERO: "0", OFF: "false", DIGITS: "12345" };

test.each([
  ["https://${HOST}/x", "https://example.org/x"],
  ["${HOST}${HOST}", "example.orgexample.org"],
  ["${NONE:-a b}", "a b"],
  ["${NONE:-}", ""],
  ["${EMPTY}", ""],
  ["${EMPTY:-x}", "x"],
  ["$${HOST}", "${HOST}"],
  ["$HOST ${HOST:-x}", "$HOST example.org"],
])("%s reads %s", (text, result) => {
  expect(readEnv(text, env, (problem) => expect(problem).toBe(""))).toBe(result);
});

describe("in a dataset file", () => {
  const text = (source: string) => `dataset_id: a\nsource:\n${source}`;

  test("text from the environment is read as what the schema wants", async () => {
    const source = "  url: https://${HOST}\n  timeout: ${TIMEOUT}\n  verify_ssl: ${OFF}\n  password: ${DIGITS}\n";
    const { dataset } = await load(`${text(source)}windowInDays: \${EMPTY:-}\n`, { env });
    expect(dataset.windowInDays).toBeUndefined();
    expect(dataset.source.options).toEqual({
      url: "https://example.org",
      timeout: 60,
      verify_ssl: false,
      password: "12345",
    });
  });

  const table: [source: string, ...problems: string[]][] = [
    [
      "  url: https://${A}/${B}\n",
      "a.yaml:3:8 source.url: the environment variable A is not set",
      "a.yaml:3:8 source.url: the environment variable B is not set",
    ],
    ["  url: https://x\n  timeout: ${NONE}\n", "a.yaml:4:12 source.timeout: the environment variable NONE is not set"],
    [
      "  url: https://x\n  timeout: ${SOON}\n",
      "a.yaml:4:12 source.timeout: expected a number, found the text of ${SOON}",
    ],
    [
      '  url: https://x\n  timeout: "${TIMEOUT}"\n',
      "a.yaml:4:12 source.timeout: expected a number, found the text of ${TIMEOUT}",
    ],
    [
      "  url: https://x\n  timeout: ${ZERO}\n",
      "a.yaml:4:12 source.timeout: must be at least 1, found the text of ${ZERO}",
    ],
    ["  url: https://x\n  format: ${HOST}\n", "a.yaml:4:11 source.format: must not be ${HOST}"],
    ["  url: ${toString}\n", "a.yaml:3:8 source.url: the environment variable toString is not set"],
    [
      "  url: https://x${1}\n",
      'a.yaml:3:8 source.url: cannot read "${1}": write ${NAME} or ${NAME:-default}, or $${ for a literal ${',
    ],
    [
      "  url: https://x${A:-${B}}\n",
      'a.yaml:3:8 source.url: cannot read "${A:-${B}": write ${NAME} or ${NAME:-default}, or $${ for a literal ${',
    ],
    [
      "  url: https://x${A\n",
      'a.yaml:3:8 source.url: cannot read "${A": write ${NAME} or ${NAME:-default}, or $${ for a literal ${',
    ],
    ["  url: ${SOON}\n", "a.yaml:3:8 source.url: must begin with http:// or https://"],
    ["  kind: ${NONE}\n", "a.yaml:3:9 source.kind: the environment variable NONE is not set"],
    ["  ${HOST}: x\n  url: https://x\n", "a.yaml:3:3 source.${HOST}: unknown key"],
  ];
  test.each(table)("%j", async (source, ...problems) => {
    expect(await problemsOf(text(source), { env })).toEqual(problems);
  });
});

test("what is read from the environment is not read again", () => {
  const part = fc.oneof(fc.constantFrom("${", "$", "{", "}", "${A}", "$${"), fc.string());
  const anyText = fc.array(part).map((parts) => parts.join(""));
  fc.assert(
    fc.property(anyText, anyText, (before, value) => {
      const text = `${escapeReferences(before.replaceAll("$", "#"))}\${A}`;
      expect(readEnv(text, { A: value }, () => {})).toBe(before.replaceAll("$", "#") + value);
    }),
  );
});

test("an escaped text is read as it was", () => {
  const anyText = fc.array(fc.constantFrom("$", "{", "}", "A", "${A}")).map((parts) => parts.join(""));
  fc.assert(
    fc.property(anyText, (text) => {
      expect(readEnv(escapeReferences(text), { A: "a" }, () => {})).toBe(text);
    }),
  );
});

test.each([
  ["30", 30],
  [" 1.5\n", 1.5],
  ["true", true],
  ["null", null],
  ["", null],
  ["yes", "yes"],
  ['"30"', '"30"'],
  ["a: b", "a: b"],
  ["30 # days", "30 # days"],
  ["2024-11-25", "2024-11-25"],
] as const)("%j is reread as %j", (text, result) => {
  expect(rereadScalar(text)).toBe(result);
});
