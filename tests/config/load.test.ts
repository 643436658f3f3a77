import { describe, expect, test } from "bun:test";
import { IngestorError } from "../../src/core/errors.ts";
import { lines, load, problemsOf, valid } from "./support.ts";

test("a dataset file with every key becomes a dataset", async () => {
  const { dataset, warnings } = await load(valid);
  const { source, parse, normalize, transform, load: loader, series, resolved, ...rest } = dataset;
  expect(warnings).toEqual([]);
  expect(rest).toEqual({
    dataset_id: "rates",
    provider: "BCRA",
    frequency: "D",
    tags: [],
    file: "a.yaml",
    baseDir: "/data",
    state: { location: { kind: "file", root: "datasets/rates" }, key: "state.json", lookback: 0 },
    lock: undefined,
    windowInDays: 365,
    silent: false,
  });
  expect(source.options).toEqual({
    url: "https://example.org/series.xlsm",
    format: "xlsx",
    timeout: 30,
    verify_ssl: true,
  });
  expect([parse?.plugin.name, normalize?.plugin.name, transform.map(({ plugin }) => plugin.name)]).toEqual([
    "table",
    "series",
    ["same"],
  ]);
  expect(loader).toMatchObject({
    kind: "store",
    location: { kind: "file", root: "./out" },
    policy: {
      partition_strategy: "series_year_month",
      projection: { copy_workers: 10, merge_workers: 5 },
      on_revision: "replace",
      on_withdrawal: "keep",
    },
  });
  expect([...series.values()]).toEqual([
    { internal_series_code: "BCRA_RESERVAS_USD_M_D", unit: "USD_millions", frequency: "D", drop_na: true },
    { internal_series_code: "BCRA_BASE_D", drop_na: false },
  ]);
  expect(resolved).toStartWith('{"dataset_id":"rates","frequency":"D","load":{"partition_strategy":');
});

test("a source alone is a dataset", async () => {
  const { dataset } = await load("dataset_id: a\nsource: { url: https://example.org }\nlock: ~\nstate:\n");
  expect(dataset).toMatchObject({
    parse: undefined,
    transform: [],
    load: undefined,
    state: undefined,
    lock: undefined,
  });
  expect(dataset.source.plugin.name).toBe("http");
  expect(dataset.series.size).toBe(0);
});

test("state_file is short for a state of kind file, and a lock's key has the dataset in it", async () => {
  const text = "dataset_id: a$&\nsource: { url: https://x }\nparse: { plugin: plain }\n";
  const { dataset } = await load(`${text}state_file: s/a.json\nlock: { kind: memory, key: "k-{dataset_id}" }`);
  expect(dataset.state).toEqual({ location: { kind: "file", root: "s" }, key: "a.json", lookback: 0 });
  expect(dataset.lock).toEqual({ kind: "memory", key: "k-a$&" });
  expect((await load(`${text}lock: { kind: memory }`)).dataset.lock?.key).toBe("etl:a$&");
});

test("the error names the file and counts the problems", async () => {
  const error = await load("dataset_id: a\nsource: { url: https://x, a: 1 }\nb: 1").catch((thrown: unknown) => thrown);
  if (!(error instanceof IngestorError)) throw error;
  expect([error.code, error.message]).toEqual(["CONFIG", 'Cannot read dataset "a.yaml": 2 problems']);
  expect(error.problems).toEqual([
    { message: "source.a: unknown key", file: "a.yaml", line: 2, column: 27 },
    { message: "b: unknown key", file: "a.yaml", line: 3, column: 1 },
  ]);
});

const head = "dataset_id: a\nsource: { url: https://x }\n";
const parsed = `${head}parse: { plugin: plain }\n`;

describe("problems", () => {
  const table: [name: string, text: string, ...problems: string[]][] = [
    ["empty", "", "a.yaml:1:1 the file is empty"],
    ["only a comment", "# nothing\n", "a.yaml:1:1 the file is empty"],
    ["a list", "- a", "a.yaml:1:1 expected a map of keys"],
    ["missing keys", "provider: x", "a.yaml:1:1 dataset_id: missing", "a.yaml:1:1 source: missing"],
    [
      "two documents",
      `${head}---\na: 1`,
      "a.yaml:3:1 a dataset file holds one document: remove what follows the second ---",
    ],
    [
      "unquoted references in flow collections",
      "dataset_id: a\nsource: { url: https://${HOST}/x, timeout: ${T} }\nprovider: ${P}\n",
      'a.yaml:2:24 inside { } or [ ], "${…}" must be quoted: write "${NAME}" with the quotes',
      'a.yaml:2:44 inside { } or [ ], "${…}" must be quoted: write "${NAME}" with the quotes',
    ],
    [
      "a syntax error",
      `${head}parse: { plugin: plain`,
      "a.yaml:3:23 not valid YAML: flow map in block collection must be sufficiently indented and end with a }",
    ],
    [
      "a reserved character",
      "dataset_id: @a",
      "a.yaml:1:13 not valid YAML: plain value cannot start with reserved character @: put it in quotes",
    ],
    [
      "a tag",
      "dataset_id: !Ref a",
      "a.yaml:1:13 not valid YAML: a tag is not known here: put text that begins with ! in quotes",
    ],
    [
      "text of what is no block of text",
      "a: |hunter2",
      "a.yaml:1:5 not valid YAML: block scalar header includes extra characters: put it in quotes",
    ],
    ["text of an escape", 'a: "\\Uhunter2s"', "a.yaml:1:5 not valid YAML: invalid escape sequence"],
    ["text of a directive", "%hunter2\n---\na: 1", "a.yaml:1:1 not valid YAML: a directive is not known here"],
    ["text of a syntax error is not shown", "a: 1\n}: hunter2", 'a.yaml:2:1 not valid YAML: unexpected "}"'],
    [
      "duplicate keys",
      `${head}source: {}\nprovider: p\nprovider: q\nlock: { kind: memory, kind: x }`,
      "a.yaml:3:1 source: duplicate key, first in line 2",
      "a.yaml:5:1 provider: duplicate key, first in line 4",
      "a.yaml:6:23 lock.kind: duplicate key, first in line 6",
    ],
    [
      "an unknown alias",
      `${head}provider: *p`,
      "a.yaml:3:11 provider: the alias has no anchor before it: put text that begins with * in quotes",
    ],
    [
      "an alias to what it is in",
      `${head}transform: &t [*t]`,
      'a.yaml:3:1 transform: needs "parse" and "normalize": add them, or remove "transform"',
      "a.yaml:3:16 transform.0: the alias stands for a value that contains it",
    ],
    ["too deep", `${head}provider: ${"[".repeat(80)}${"]".repeat(80)}`, "a.yaml:1:1 is nested too deeply"],
    ["names", `dataset_id: a/b\nsource: { url: https://x }`, 'a.yaml:1:13 dataset_id: must not contain "/" or "\\"'],
    [
      "a number for text",
      `dataset_id: 5\nsource: { url: https://x }`,
      "a.yaml:1:13 dataset_id: expected text, found the number 5: put it in quotes",
    ],
    [
      "frequency",
      `${head}frequency: d`,
      'a.yaml:3:12 frequency: expected one of D, B, W, M, Q, S, A, found text "d", did you mean "D"?',
    ],
    ["window", `${head}windowInDays: 0`, "a.yaml:3:15 windowInDays: must be at least 1, found the number 0"],
    [
      "normalize without parse",
      `${head}normalize: { plugin: series, timezone: UTC }`,
      'a.yaml:3:1 normalize: needs "parse": add it, or remove "normalize"',
    ],
    [
      "load without normalize",
      `${parsed}load: { plugin: file_versioned, root: . }`,
      'a.yaml:4:1 load: needs "normalize": add it, or remove "load"',
    ],
    [
      "state without parse",
      `${head}state_file: a.json`,
      'a.yaml:3:1 state_file: needs "parse": add it, or remove "state_file"',
    ],
    [
      "state and state_file",
      `${parsed}state_file: a\nstate: { path: b }`,
      'a.yaml:4:1 state_file: is short for "state": keep one of the two',
    ],
    [
      "state",
      `${parsed}state: { path: a/, lookback: -1, pth: x }`,
      "a.yaml:4:16 state.path: must end in the name of a file",
      "a.yaml:4:30 state.lookback: must be at least 0, found the number -1",
      'a.yaml:4:34 state.pth: unknown key, did you mean "path"?',
    ],
    [
      "the kind of state",
      `${parsed}state: { kind: fil, path: x }`,
      'a.yaml:4:16 state.kind: unknown kind "fil", did you mean "file"? (known: file, s3)',
    ],
    [
      "the kind of lock",
      `${head}lock: { kind: dynamo, table_name: x }`,
      'a.yaml:3:15 lock.kind: unknown kind "dynamo", did you mean "dynamodb"? (known: dynamodb, file, memory)',
    ],
    ["no kind of lock", `${head}lock: { key: x }`, "a.yaml:3:7 lock.kind: missing"],
    [
      "unknown plugins",
      "dataset_id: a\nsource: { kind: htp }\nparse: { plugin: tables }\nnormalize: { plugin: }\ntransform: [{ plugin: sam }, 5]",
      'a.yaml:2:17 source.kind: unknown extract plugin "htp", did you mean "http"? (known: http)',
      'a.yaml:3:18 parse.plugin: unknown parse plugin "tables", did you mean "table"? (known: plain, table)',
      "a.yaml:4:22 normalize.plugin: expected text, found nothing",
      'a.yaml:5:23 transform.0.plugin: unknown transform plugin "sam", did you mean "same"? (known: same, scale)',
      "a.yaml:5:30 transform.1: expected a map, found the number 5",
    ],
    [
      "a broken plugin",
      `${head}parse: { plugin: broken }`,
      'a.yaml:3:18 parse.plugin: Cannot load plugin "broken": 1 problem',
      "plugins/broken.ts:3:7 Unexpected end of file",
    ],
    [
      "options of the source",
      "dataset_id: a\nsource: { url: ftp://x, tiemout: 1, timeout: soon, verify_ssl: no, timeuot: 2, password: 5, headers: [a] }",
      "a.yaml:2:16 source.url: must begin with http:// or https://",
      'a.yaml:2:25 source.tiemout: unknown key, did you mean "timeout"?',
      'a.yaml:2:46 source.timeout: expected a number, found text "soon"',
      'a.yaml:2:64 source.verify_ssl: expected true or false, found text "no"',
      'a.yaml:2:68 source.timeuot: unknown key, did you mean "timeout"?',
      "a.yaml:2:90 source.password: expected text, found a number: put it in quotes",
      "a.yaml:2:102 source.headers: expected a map, found a list",
    ],
    [
      "options of the loader",
      `${parsed}normalize: { plugin: series, timezone: UTC }\nload:\n  plugin: file_versioned\n  rot: .\n  partition_strategies: x\n  partition_strategy: serie\n  projection: { copy_workers: 65, workers: 1 }\n`,
      "a.yaml:6:3 load.root: missing",
      'a.yaml:7:3 load.rot: unknown key, did you mean "root"?',
      'a.yaml:8:3 load.partition_strategies: unknown key, did you mean "partition_strategy"?',
      'a.yaml:9:23 load.partition_strategy: expected one of series_year_month, series_year, series, year_month, found text "serie", did you mean "series"?',
      "a.yaml:10:31 load.projection.copy_workers: must be at most 64, found the number 65",
      "a.yaml:10:35 load.projection.workers: unknown key",
    ],
    [
      "unions and variants",
      `${head}parse: { plugin: table, series_map: [], until: date_restart, cell: { by: nam }, where: { col: 5, eq: x } }`,
      'a.yaml:3:48 parse.until: expected date_restarts or a number, found text "date_restart", did you mean "date_restarts"?',
      'a.yaml:3:74 parse.cell.by: expected one of name, index, found text "nam", did you mean "name"?',
      "a.yaml:3:88 parse.where.equals: missing",
      "a.yaml:3:95 parse.where.col: expected text, found the number 5: put it in quotes",
      "a.yaml:3:98 parse.where.eq: unknown key",
    ],
    [
      "options in both parse and parse_config",
      `${head}parse: { plugin: table, file_type: 5 }\nparse_config: { file_type: y, series_map: x, sheet: z }`,
      "a.yaml:3:36 parse.file_type: expected text, found the number 5: put it in quotes",
      'a.yaml:4:17 parse_config.file_type: is in "parse" already',
      'a.yaml:4:43 parse_config.series_map: expected a list, found text "x"',
      "a.yaml:4:46 parse_config.sheet: unknown key",
    ],
    [
      "series",
      `${head}parse: { plugin: table }
parse_config:
  series_map:
    - internal_series_code: A
    - internal_series_code: a
    - { internal_series_code: A, frequency: X, unitt: 1 }
    - internal_series_code: b/c
    - unit: 5
`,
      'a.yaml:7:29 parse_config.series_map.1.internal_series_code: "a" and "A" differ only in case or Unicode form, which some file systems take for the same',
      'a.yaml:8:31 parse_config.series_map.2.internal_series_code: the series "A" is listed twice, first in line 6',
      'a.yaml:8:45 parse_config.series_map.2.frequency: expected one of D, B, W, M, Q, S, A, found text "X"',
      'a.yaml:8:48 parse_config.series_map.2.unitt: unknown key, did you mean "unit"?',
      'a.yaml:9:29 parse_config.series_map.3.internal_series_code: must not contain "/" or "\\"',
      "a.yaml:10:7 parse_config.series_map.4.internal_series_code: missing",
      "a.yaml:10:13 parse_config.series_map.4.unit: expected text, found the number 5: put it in quotes",
    ],
    [
      "long and private values",
      `${head}windowInDays: "https://me:pw@host/${"x".repeat(99)}"`,
      `a.yaml:3:15 windowInDays: expected a number, found text "https://host/${"x".repeat(47)}…"`,
    ],
  ];
  test.each(table)("%s", async (_, text, ...problems) => {
    expect(await problemsOf(text)).toEqual(problems);
  });
});

test("a text nested so deeply that it cannot be read is an error", async () => {
  const problems = await problemsOf("[".repeat(100_000));
  expect(problems.map((line) => line.replace(/^a\.yaml:1:\d+/, ""))).toEqual([" is nested too deeply"]);
});

test("aliases that grow without end are an error", async () => {
  const levels = Array.from({ length: 12 }, (_, n) => `  - &l${n + 1} [${Array(10).fill(`*l${n}`).join(", ")}]`);
  const text = `${head}parse_config:\n  - &l0 x\n${levels.join("\n")}\n`;
  expect(await problemsOf(text)).toEqual(["a.yaml:1:1 is too large, aliases included"]);
});

test("an alias stands for the value of its anchor", async () => {
  const text = `${head}parse: { plugin: table, series_map: [{ internal_series_code: A, unit: &u USD }, { internal_series_code: B, unit: *u }] }`;
  const { dataset } = await load(text);
  expect([...dataset.series.values()].map(({ unit }) => unit)).toEqual(["USD", "USD"]);
});

test("equal files resolve to the same text whatever the order of their keys", async () => {
  const [one, other] = [
    await load("dataset_id: a\nsource: { kind: http, url: https://x }"),
    await load("source: { url: https://x, kind: http }\ndataset_id: a"),
  ];
  expect(one.dataset.resolved).toBe(other.dataset.resolved);
});

describe("local", () => {
  const text = `dataset_id: rates
source: { url: https://x }
parse: { plugin: plain }
normalize: { plugin: series, timezone: UTC }
load: { plugin: LOADER, bucket: "\${BUCKET}", on_revision: keep }
state: { kind: s3, bucket: b, lookback: 7 }
lock: { kind: dynamodb, table_name: t }
`;

  test.each([["bucket_versioned"], ["s3_versioned"], ["broken"]])("moves what %s keeps", async (loader) => {
    const { dataset, warnings } = await load(text.replace("LOADER", loader), { local: "out/${X}" });
    expect(warnings).toEqual([]);
    expect(dataset).toMatchObject({
      load: { kind: "store", location: { kind: "file", root: "out/${X}" }, policy: { on_revision: "keep" } },
      state: { location: { kind: "file", root: "out/${X}/state" }, key: "rates.json", lookback: 7 },
      lock: { kind: "file", key: "etl:rates", folder: "out/${X}/locks" },
      silent: true,
    });
  });

  test("moves only what the dataset has", async () => {
    const { dataset } = await load(`${parsed}lock: null`, { local: "out" });
    expect(dataset).toMatchObject({ load: undefined, state: undefined, lock: undefined, silent: true });
    expect((await load(`${parsed}state_file: a/b.json`, { local: "out" })).dataset.state).toEqual({
      location: { kind: "file", root: "out/state" },
      key: "a.json",
      lookback: 0,
    });
  });

  test("leaves a direct loader where it is, with a warning", async () => {
    const direct = `${parsed}normalize: { plugin: series, timezone: UTC }\nload: { plugin: lines, path: out.txt }\nstate_file: s/a.json`;
    const { dataset, warnings } = await load(direct, { local: "out" });
    expect(dataset).toMatchObject({ load: { kind: "direct", options: { path: "out.txt" } }, state: { key: "a.json" } });
    expect(lines(warnings)).toEqual([
      'a.yaml:5:17 load.plugin: "lines" is not a versioned store, so that --local moves nothing',
    ]);
  });

  test("still finds typos", async () => {
    const typo = text.replace("LOADER", "bucket_versioned").replace("on_revision", "on_revison");
    expect(await problemsOf(typo, { local: "out" })).toEqual([
      'a.yaml:5:56 load.on_revison: unknown key, did you mean "on_revision"?',
    ]);
  });
});

test.each(["foo", "arn:aws:sqs:us-east-1:123456789012:rates", "https://sns.us-east-1.amazonaws.com"])(
  "a topic that is none is a problem, unless nobody is told: %s",
  async (name) => {
    const env = { SNS_PROJECTION_TOPIC_ARN: name };
    expect(await problemsOf(valid, { env })).toEqual([
      expect.stringContaining(
        'SNS_PROJECTION_TOPIC_ARN is not the ARN of a topic, such as "arn:aws:sns:us-east-1:123456789012:rates"',
      ),
    ]);
    expect(await problemsOf(valid, { env, local: "out" })).toEqual([]);
  },
);

describe("mode direct", () => {
  const direct = valid.replace("projection: { copy_workers", "projection: { mode: direct, copy_workers");
  const topic = (name: string) => ({ SNS_PROJECTION_TOPIC_ARN: `arn:aws:sns:us-east-1:123456789012:${name}` });

  test("wants a topic that keeps the events in order", async () => {
    expect(await problemsOf(direct, { env: topic("rates") })).toEqual([
      'a.yaml:25:23 load.projection.mode: "direct" needs events in order, and the topic that SNS_PROJECTION_TOPIC_ARN ' +
        'names keeps none: use a FIFO topic, whose ARN ends in ".fifo", or "copy"',
    ]);
  });

  test.each<[string, string, object]>([
    ["with a FIFO topic", direct, { env: topic("rates.fifo") }],
    ["without a topic", direct, { env: {} }],
    ["with an empty name for one", direct, { env: { SNS_PROJECTION_TOPIC_ARN: "" } }],
    ["where nothing is announced", direct, { env: topic("rates"), local: "out" }],
    ["and copy takes any", valid, { env: topic("rates") }],
  ])("is valid %s", async (_, text, input) => {
    expect(await problemsOf(text, input)).toEqual([]);
  });
});
