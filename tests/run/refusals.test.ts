import { expect, test } from "bun:test";
import * as v from "valibot";
import { IngestorError } from "../../src/core/errors.ts";
import {
  defineExtractor,
  defineLoader,
  defineNormalizer,
  defineParser,
  defineTransformer,
} from "../../src/core/define.ts";
import type { Plugin, StageName } from "../../src/core/plugin.ts";
import { withState, world, type RunSettings, type World } from "../support/run.ts";

const source = "A_D,2026-04-01,1\nB_D,2026-04-01,40\n";
const nothingPublished = { status: "failed", version_id: null, added: 0, files: 0 };

async function served(text: string, settings: RunSettings = {}) {
  const w = world();
  w.serve(text);
  return { w, ...(await w.run(settings)) };
}

/** Of a first run that failed, the store has its report and nothing else. */
async function expectOnlyReport(w: World, run_id: string) {
  expect(await w.keys()).toEqual([`runs/${run_id}.json`]);
}

test("series without any observation are named, all of them, and nothing is published", async () => {
  const { w, report } = await served("C_D,2026-04-01,1\n");
  expect(report).toMatchObject(nothingPublished);
  expect(report.error).toEqual({
    code: "STAGE",
    message: 'Cannot load "rates": 2 series without observations',
    hint: "nothing was published; correct the series_map, or take the series out of it",
    problems: [
      { message: "A_D: the source gives no observation at all" },
      { message: "B_D: the source gives no observation at all" },
    ],
  });
  await expectOnlyReport(w, report.run_id);
});

test("a series of which every value is blank is a hole too", async () => {
  const { report } = await served("A_D,2026-04-01,1\nB_D,2026-04-01,n.d.\n");
  expect(report.error?.problems).toEqual([{ message: "B_D: the source gives no observation at all" }]);
  expect(report).toMatchObject({ ...nothingPublished, rejected: 1, rejections: { "blank value": 1 } });
});

test("a series that gives nothing new is no hole where the state explains it; a series that vanished is one with --full", async () => {
  const { w } = await served(source, { set: [withState] });
  w.serve("A_D,2026-04-01,1\nA_D,2026-04-02,2\n");
  expect((await w.run({ set: [withState] })).report).toMatchObject({ status: "published", added: 1 });
  const { report } = await w.run({ set: [withState], full: true });
  expect(report.error?.problems).toEqual([{ message: "B_D: the source gives no observation at all" }]);
  expect(await w.current()).toEqual(["A_D,2026-04-01,1", "A_D,2026-04-02,2", "B_D,2026-04-01,40"]);
});

test("rejections and duplicates are counted, by their reasons", async () => {
  const odd = "A_D,2026-04-01,1\nA_D,yesterday,5\nA_D,2026-02-30,5\nA_D,2026-04-02,many\nA_D,2026-04-03,\n";
  const { report } = await served(`${source}${odd}B_D,2026-04-01,41\n`);
  expect(report).toMatchObject({
    status: "published",
    added: 2,
    rejected: 4,
    rejections: { "not a date": 2, "not a number": 1, "blank value": 1 },
    duplicates: 2,
  });
  expect(report.stages[2]).toEqual({
    stage: "normalize",
    seconds: 0,
    counts: { observations: 2, rejected: 4, duplicates: 2, "conflicting duplicates": 1 },
  });
  expect(report.warnings).toEqual([
    'Rejected "5" of "A_D" at "yesterday": not a date',
    'Rejected "5" of "A_D" at "2026-02-30": not a date',
    'Rejected "many" of "A_D" at "2026-04-02": not a number',
    'Left out 41 of "B_D" at "2026-04-01": the source gave 40 before',
  ]);
});

test("problems of the layout are reported all at once, and nothing is published", async () => {
  const { w, report } = await served(`!the first column moved\n${source}!the second moved too\n`);
  expect(report).toMatchObject(nothingPublished);
  expect(report.error).toEqual({
    code: "STAGE",
    message: 'Cannot parse with "lines": 2 problems in the layout of the source',
    hint: "nothing was published; compare the source with the dataset file and correct what moved",
    problems: [{ message: "the first column moved" }, { message: "the second moved too" }],
  });
  await expectOnlyReport(w, report.run_id);
});

test("what consumers cannot bear is refused before anything is written", async () => {
  const { w, report } = await served("A_D,2026-04-01,1\nC_D,2026-04-01,1\nB_D,2026-04-01,1\n");
  expect(report).toMatchObject(nothingPublished);
  expect(report.error?.problems).toEqual([{ message: "C_D at 2026-04-01T00:00:00-03:00: the unit is missing" }]);
  await expectOnlyReport(w, report.run_id);
});

const none = { summary: "Breaks", options: v.strictObject({}) };
const breaks = (): never => {
  throw new Error("it broke");
};

const broken: [stage: StageName, set: string, plugin: Plugin][] = [
  ["extract", "source={kind: bad}", defineExtractor({ ...none, name: "bad", extract: breaks })],
  ["parse", "parse={plugin: bad}", defineParser({ ...none, name: "bad", parse: breaks })],
  ["normalize", "normalize={plugin: bad}", defineNormalizer({ ...none, name: "bad", normalize: breaks })],
  ["normalize", "normalize={plugin: bad}", defineNormalizer({ ...none, name: "bad", normalize: () => breaks })],
  ["transform", "transform={plugin: bad}", defineTransformer({ ...none, name: "bad", transform: breaks })],
  ["load", "load={plugin: bad}", defineLoader({ ...none, name: "bad", load: breaks })],
];

test.each(broken)("a plugin that throws is named, with its stage: %s", async (stage, change, plugin) => {
  const set = stage === "parse" ? [change, "parse_config=null"] : [change];
  const { w, report, error } = await served(source, { set, plugins: [plugin] });
  expect(report).toMatchObject({ status: "failed", version_id: null });
  expect(report.error).toEqual({ code: "STAGE", message: `Cannot ${stage} with "bad": it broke` });
  expect(error).toBeInstanceOf(IngestorError);
  expect(await w.keys("versions/")).toEqual([]);
});

test("a parser that throws in the middle is named, and so is a transformer; what they did before is not published", async () => {
  const half = defineParser({
    ...none,
    name: "bad",
    *parse() {
      yield { internal_series_code: "A_D", obs_time: "2026-04-01", value: 1 };
      breaks();
    },
  });
  const parse = await served(source, { set: ["parse={plugin: bad}", "parse_config=null"], plugins: [half] });
  expect(parse.report.error?.message).toBe('Cannot parse with "bad": it broke');
  await expectOnlyReport(parse.w, parse.report.run_id);

  const late = defineTransformer({
    ...none,
    name: "bad",
    async *transform(batches) {
      yield* batches;
      breaks();
    },
  });
  const transform = await served(source, { set: ["transform=[{plugin: metadata}, {plugin: bad}]"], plugins: [late] });
  expect(transform.report.error?.message).toBe('Cannot transform with "bad": it broke');
  await expectOnlyReport(transform.w, transform.report.run_id);
});

test("what a plugin says itself is passed on as it is", async () => {
  const parse = () => {
    throw new IngestorError("SOURCE", "Cannot read the workbook: it is locked", { hint: "unlock it" });
  };
  const plugin = defineParser({ ...none, name: "bad", parse });
  const { report } = await served(source, { set: ["parse={plugin: bad}", "parse_config=null"], plugins: [plugin] });
  expect(report.error).toEqual({
    code: "SOURCE",
    message: "Cannot read the workbook: it is locked",
    hint: "unlock it",
  });
});

test("another partition strategy than the store's is refused, with what to do", async () => {
  const { w } = await served(source);
  const keys = await w.keys();
  const { report } = await w.run({ set: ["load.partition_strategy=series"] });
  expect(report).toMatchObject(nothingPublished);
  expect(report.error).toEqual({
    code: "CONFIG",
    message: 'Cannot publish "rates": shelf has partition_strategy series_year_month, and the dataset file says series',
    hint: "set load.partition_strategy to series_year_month, or load into a new place",
  });
  expect(await w.keys()).toEqual([...keys, `runs/${report.run_id}.json`].toSorted());
});

test("a bug keeps its error, and the report has it too", async () => {
  const w = world();
  w.serve(source);
  const bug = new TypeError("nothing is not a function");
  const { report, error } = await w.run({ ports: { pluginDigest: () => Promise.reject(bug) } });
  expect(error).toBe(bug);
  expect(report).toMatchObject({ ...nothingPublished, error: { code: "BUG", message: String(bug) } });
  await expectOnlyReport(w, report.run_id);
});

test("a run that fails on a store that has a version names none, for it published none", async () => {
  const { w } = await served(source);
  w.serve("!moved\n");
  expect((await w.run()).report).toMatchObject(nothingPublished);
});

const bad = { name: "bad", summary: "Gives what it should not", options: v.strictObject({}) };
const point = { internal_series_code: "A_D", obs_time: "2026-04-01", value: 1 };
const observation = { ...point, obs_time: "2026-04-01T00:00:00-03:00", unit: "index" };
const parses = (item: unknown) => defineParser({ ...bad, parse: () => [point, item as typeof point] });
const normalizes = (item: unknown) => defineNormalizer({ ...bad, normalize: () => () => item as typeof observation });
const transforms = (item: unknown) =>
  defineTransformer({
    ...bad,
    async *transform() {
      yield [observation, item as typeof observation];
    },
  });

test.each<[stage: string, plugin: Plugin, set: string[], reason: string]>([
  ["parse", parses(null), ["parse={plugin: bad}"], "null, which is no object"],
  ["parse", parses(5), ["parse={plugin: bad}"], "5, which is no object"],
  [
    "parse",
    parses({ obs_time: "2026-04-01", value: 1 }),
    ["parse={plugin: bad}"],
    "{ obs_time: '2026-04-01', value: 1 }, whose internal_series_code is missing",
  ],
  [
    "parse",
    parses({ ...point, internal_series_code: 7 }),
    ["parse={plugin: bad}"],
    "{ internal_series_code: 7, obs_time: '2026-04-01', value: 1 }, whose internal_series_code is of type number",
  ],
  [
    "parse",
    parses({ internal_series_code: "A_D", obs_time: "2026-04-01" }),
    ["parse={plugin: bad}"],
    "{ internal_series_code: 'A_D', obs_time: '2026-04-01' }, whose value is missing",
  ],
  [
    "normalize",
    normalizes({ ...point, value: null }),
    ["normalize={plugin: bad}"],
    "{ internal_series_code: 'A_D', obs_time: '2026-04-01', value: null }, whose value is null",
  ],
  ["transform", transforms(undefined), ["transform={plugin: bad}"], "undefined, which is no object"],
  [
    "transform",
    transforms({ ...point, unit: 1 }),
    ["transform={plugin: bad}"],
    "{ internal_series_code: 'A_D', obs_time: '2026-04-01', value: 1, unit: 1 }, whose unit is of type number",
  ],
])(
  "a plugin for %s that gives anything else is named, and nothing is published: %#",
  async (stage, plugin, set, reason) => {
    const changes = set.includes("parse={plugin: bad}") ? [...set, "parse_config=null"] : set;
    const { w, report } = await served(source, { set: changes, plugins: [plugin] });
    expect(report).toMatchObject(nothingPublished);
    expect(report.error).toEqual({
      code: "STAGE",
      message: `Cannot ${stage} with "bad": it gives ${reason}`,
      hint: "nothing was published; correct the plugin",
    });
    await expectOnlyReport(w, report.run_id);
  },
);

test("without a series_map, a source that gives nothing at all is an error, but not where the state explains it", async () => {
  const set = [withState, "parse_config=null", "transform={plugin: units}"];
  const units = defineTransformer({
    ...bad,
    name: "units",
    async *transform(batches) {
      for await (const batch of batches) yield batch.map((one) => ({ ...one, unit: "index" }));
    },
  });
  const { w, report } = await served("\n", { set, plugins: [units] });
  expect(report).toMatchObject(nothingPublished);
  expect(report.error).toEqual({
    code: "STAGE",
    message: 'Cannot load "rates": the source gives no observation at all',
    hint: "nothing was published; compare the source with what the parser is told of it",
  });
  w.serve(source);
  expect((await w.run({ set, plugins: [units] })).report).toMatchObject({ status: "published", added: 2 });
  w.serve("\n\n");
  expect((await w.run({ set, plugins: [units] })).report).toMatchObject({ status: "unchanged", full: false });
  expect((await w.run({ set, plugins: [units], full: true })).report).toMatchObject({ status: "failed" });
});
