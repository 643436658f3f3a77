import { expect, setDefaultTimeout, test } from "bun:test";
import { ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";

setDefaultTimeout(60_000);

const parser = `import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({ name: "one", summary: "s", options: v.strictObject({ fails: v.optional(v.boolean(), false) }),
  *parse(_, { fails }, { warn }) {
    warn("look here");
    if (fails) throw new Error("no such thing", { cause: new Error("behind it") });
    yield { internal_series_code: "A_D", obs_time: "2026-01-01", value: 1, unit: "index", frequency: "D" };
  } });
`;

const files = {
  "plugins/one.ts": parser,
  "datasets/source.txt": "anything",
  "datasets/rates.yaml": `dataset_id: rates
frequency: D
source: { kind: file, path: source.txt }
parse: { plugin: one }
normalize: { plugin: series }
load: { plugin: file_versioned }
`,
};

async function logged(args: readonly string[], env: Record<string, string> = {}) {
  const ended = await ingestor(args, { cwd: tempFolder(files), env });
  const events = ended.stderr.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  return { ...ended, events: events as Record<string, unknown>[] };
}

const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const number = expect.any(Number);

test("a run is an event when it begins, for each stage, and when it ends, each with what a query asks for", async () => {
  const { exitCode, stdout, events } = await logged(["run", "rates", "--log-format", "json"]);
  expect([exitCode, stdout]).toEqual([0, ""]);
  const [first] = events;
  const run_id = first?.["run_id"];
  const run = { dataset_id: "rates", run_id, time: expect.stringMatching(isTime) };
  const stage = (name: string, counts: object, message: unknown = expect.stringMatching(new RegExp(`^${name} `))) => ({
    ...run,
    level: "info",
    event: "stage_finished",
    stage: name,
    seconds: number,
    ...counts,
    message,
  });
  expect(events).toEqual([
    { ...run, level: "info", event: "run_started", message: "the run begins" },
    stage("extract", { bytes: 8 }, expect.stringMatching(/^extract 8 B in \d\.\d s$/)),
    { ...run, level: "warn", event: "warning", message: "look here" },
    stage("parse", { points: 1 }),
    stage("normalize", { observations: 1, rejected: 0, duplicates: 0 }),
    stage("load", { observations: 1, files: 1 }),
    stage("publish", { projections: 1 }),
    {
      ...run,
      level: "info",
      event: "run_finished",
      status: "published",
      seconds: number,
      version_id: expect.stringMatching(/^v\d{8}_/),
      full: true,
      added: 1,
      revised: 0,
      withdrawn: 0,
      rejected: 0,
      duplicates: 0,
      files: 1,
      message: expect.stringMatching(/^rates: published v\S+ \(\+1 new, 0 revised, 0 withdrawn\)$/),
    },
  ]);
});

test("a run that fails ends with an error, its code and what to do; -v adds the causes and when stages begin", async () => {
  const { exitCode, events } = await logged(["run", "rates", "--set", "parse.fails=true", "-v"], {
    LOG_FORMAT: "json",
  });
  expect(exitCode).toBe(1);
  const begun = events.filter(({ event }) => event === "stage_started");
  expect(begun.map(({ level, stage }) => [level, stage])).toContainEqual(["debug", "parse"]);
  expect(events.at(-1)).toMatchObject({
    level: "error",
    event: "run_finished",
    status: "failed",
    error_code: "STAGE",
    message: 'Cannot parse with "one": no such thing',
    causes: ["no such thing", "behind it"],
  });
});

test("a dataset that is wrong, and one that is not there, are errors of their runs", async () => {
  const { exitCode, events } = await logged(["run", "rates", "none", "--set", "windowInDays=x"], { CI: "1" });
  expect(exitCode).toBe(2);
  expect(events).toMatchObject([
    {
      level: "error",
      event: "run_finished",
      dataset_id: "rates",
      error_code: "CONFIG",
      problems: ['--set windowInDays=x  windowInDays: expected a number, found text "x"'],
    },
    { level: "error", event: "run_finished", dataset_id: "none", error_code: "ARGUMENT" },
    { level: "warn", event: "all_finished", datasets: 2, failed: 2 },
  ]);
});

test("what is wrong with the arguments is an event too", async () => {
  const { exitCode, stdout, events } = await logged(["run", "--alll", "--log-format=json"]);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(events).toMatchObject([
    {
      level: "error",
      event: "error",
      error_code: "ARGUMENT",
      message: expect.stringContaining('did you mean "--all"?'),
    },
  ]);
  const ended = await ingestor(["run", "rates", "--log-format", "yaml"], { cwd: tempFolder(files) });
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toStartWith('Cannot use "yaml" of --log-format for the log: it is not one of json, text');
});

test("with --json, reports are on standard output, and events beside them", async () => {
  const { stdout, events } = await logged(["run", "rates", "--json"], { ECS_CONTAINER_METADATA_URI_V4: "http://x" });
  expect(JSON.parse(stdout)).toMatchObject({ dataset_id: "rates", status: "published" });
  expect(events.at(-1)).toMatchObject({ event: "run_finished", run_id: JSON.parse(stdout).run_id });
});
