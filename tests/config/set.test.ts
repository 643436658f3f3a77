import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { load, problemsOf, valid } from "./support.ts";

test("a value is set in order, in maps and lists, and made where it is missing", async () => {
  const set = [
    "provider=first",
    "provider=second",
    "source.timeout=60",
    "source.headers.Accept=text/plain",
    "parse_config.series_map.1.unit=USD",
    "load={plugin: file_versioned, root: ./elsewhere}",
    "state=",
    "windowInDays=null",
  ];
  const { dataset } = await load(valid, { set });
  expect(dataset).toMatchObject({
    provider: "second",
    source: { options: { timeout: 60, headers: { Accept: "text/plain" } } },
    load: { location: { root: "./elsewhere" }, policy: { partition_strategy: "series_year_month" } },
    state: undefined,
    windowInDays: undefined,
  });
  expect(dataset.series.get("BCRA_BASE_D")?.unit).toBe("USD");
});

describe("problems", () => {
  const table: [set: string, ...problems: string[]][] = [
    ["provider", "--set provider must be KEY=VALUE"],
    ["load.aws_secret_access_key: hunter2==", "--set load.aws_secret_access_key must be KEY=VALUE"],
    ["load.aws_secret_access_key hunter2=", "--set load.aws_secret_access_key must be KEY=VALUE"],
    ["load.aws_secret_access_key=", "--set load.aws_secret_access_key needs a value after the =, or null"],
    ["=x", "--set must be KEY=VALUE"],
    ["source..url=x", "--set source..url=… KEY must be a dotted path, as in source.url"],
    ["provider.name=x", '--set provider.name=x "provider" is neither a map nor a list'],
    [
      "parse_config.series_map.2.unit=x",
      '--set parse_config.series_map.2.unit=x "parse_config.series_map" is a list of 2 without an item 2',
    ],
    [
      "parse_config.series_map.unit=x",
      '--set parse_config.series_map.unit=x "parse_config.series_map" is a list of 2 without an item unit',
    ],
    ["providr=x", '--set providr=x providr: unknown key, did you mean "provider"?'],
    ["frequency=X", '--set frequency=X frequency: expected one of D, B, W, M, Q, S, A, found text "X"'],
    ["source.password=5", "--set source.password=… source.password: expected text, found a number: put it in quotes"],
    ["source={url: https://x, user: me}", "--set source={…} source.user: unknown key"],
    ["dataset_id=", "a.yaml:1:1 dataset_id: missing"],
    ["provider={", "--set provider=… not valid YAML: flow map must end with a }"],
    [
      "provider={a: ${B}}",
      '--set provider=… inside { } or [ ], "${…}" must be quoted: write "${NAME}" with the quotes',
    ],
    ["provider=${B}", "--set provider=${B} provider: the environment variable B is not set"],
  ];
  test.each(table)("%s", async (set, ...problems) => {
    expect(await problemsOf(valid, { set: [set] })).toEqual(problems);
  });
});

const word = fc.stringMatching(/^[a-z]{1,8}$/);

test("setting a value is writing it in the file", async () => {
  const series = fc.record({ internal_series_code: word, unit: word }, { requiredKeys: ["internal_series_code"] });
  const dataset = fc.record(
    {
      dataset_id: word,
      provider: word,
      source: fc.record({ url: word.map((host) => `https://${host}`), timeout: fc.integer({ min: 1, max: 600 }) }),
      windowInDays: fc.integer({ min: 1 }),
      parse: fc.constant({ plugin: "table" }),
      parse_config: fc.record({
        series_map: fc.uniqueArray(series, { selector: (one) => one.internal_series_code, minLength: 1, maxLength: 5 }),
      }),
    },
    { requiredKeys: ["dataset_id", "source", "parse", "parse_config"] },
  );
  const change = fc.oneof(
    fc.tuple(fc.constant("provider"), word),
    fc.tuple(fc.constant("windowInDays"), fc.integer({ min: -5, max: 5 })),
    fc.tuple(fc.constant("source.timeout"), fc.oneof(fc.integer(), word)),
    fc.tuple(fc.constant("source"), fc.record({ url: word })),
    fc.tuple(fc.constant("parse_config.series_map.0.unit"), word),
    fc.tuple(word, word),
  );
  await fc.assert(
    fc.asyncProperty(dataset, change, async (before, [key, value]) => {
      const set = await outcome(JSON.stringify(before), [`${key}=${JSON.stringify(value)}`]);
      const written = await outcome(JSON.stringify(withValue(before, key.split("."), value)));
      expect(set).toEqual(written);
    }),
    { numRuns: 200 },
  );
});

function withValue(node: unknown, [segment, ...rest]: string[], value: unknown): unknown {
  if (segment === undefined) return value;
  const inner = (node ?? {}) as Record<string, unknown>;
  const changed = withValue(inner[segment], rest, value);
  return Array.isArray(node) ? node.with(Number(segment), changed) : { ...inner, [segment]: changed };
}

/** What a text resolves to, or what is wrong with it, places aside. */
async function outcome(text: string, set: string[] = []): Promise<unknown> {
  const problems = await problemsOf(text, { set });
  if (problems.length > 0) return problems.map((line) => line.replace(/^(a\.yaml:\d+:\d+|--set \S+)/, "")).toSorted();
  return (await load(text, { set })).dataset.resolved;
}
