import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";

setDefaultTimeout(60_000);

const parser = (name: string, stray: string) => `import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({ name: "${name}", summary: "s", options: v.strictObject({}),
  async *parse() {
    ${stray}
    await Bun.sleep(400);
    yield { internal_series_code: "A_D", obs_time: "2026-01-01", value: 1, unit: "index", frequency: "D" };
  } });
`;

const dataset = (id: string, plugin: string) => `dataset_id: ${id}
source: { kind: file, path: source.txt }
parse: { plugin: ${plugin} }
normalize: { plugin: series }
load: { plugin: file_versioned, root: out }
lock: { kind: file, path: locks }
`;

const files = {
  "plugins/forgets.ts": parser(
    "forgets",
    'void (async () => { await Bun.sleep(50); throw new Error("forgotten await"); })();',
  ),
  "plugins/timer.ts": parser("timer", 'setTimeout(() => { throw new Error("in a timer"); }, 50);'),
  // Thrown by nobody's module, as by one of another package.
  "plugins/foreign.ts": parser(
    "foreign",
    'setTimeout(() => { const error = new Error("from nowhere"); error.stack = "Error: from nowhere"; throw error; }, 50);',
  ),
  "plugins/exits.ts": parser("exits", "process.exit(0);"),
  "datasets/exits.yaml": dataset("exits", "exits"),
  "plugins/good.ts": parser("good", ""),
  "datasets/source.txt": "x",
  "datasets/forgets.yaml": dataset("forgets", "forgets"),
  "datasets/timer.yaml": dataset("timer", "timer"),
  "datasets/foreign.yaml": dataset("foreign", "foreign"),
  "datasets/good.yaml": dataset("good", "good"),
  "datasets/last.yaml": dataset("last", "good"),
};

const published = (cwd: string, id: string) => existsSync(join(cwd, `out/datasets/${id}/index/current_version.txt`));
const lockOf = async (cwd: string, id: string) => (await ingestor(["lock", "status", id], { cwd })).stdout;

test("what a plugin throws where nothing waits for it fails its own run, and no other", async () => {
  const cwd = tempFolder(files);
  const { exitCode, stdout } = await ingestor(
    ["run", "forgets", "timer", "good", "last", "--concurrency", "3", "--json"],
    { cwd },
  );
  expect(exitCode).toBe(1);
  const reports = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(Object.fromEntries(reports.map(({ dataset_id, status }) => [dataset_id, status]))).toEqual({
    forgets: "failed",
    timer: "failed",
    good: "published",
    last: "published",
  });
  expect(reports.find(({ dataset_id }) => dataset_id === "timer").error).toEqual({
    code: "STAGE",
    message: 'Cannot go on: "timer" threw where nothing waits for it',
    hint: "the plugin starts something without await, or throws in a timer or a callback",
    problems: [
      {
        message: "in a timer",
        file: join(cwd, "plugins/timer.ts"),
        line: expect.any(Number),
        column: expect.any(Number),
      },
    ],
  });
  for (const id of ["forgets", "timer"]) expect(await lockOf(cwd, id)).toBe(`${id}: nobody holds the lock\n`);
});

test("what is thrown out of nowhere is a bug: all that runs ends in order, and keeps no lock", async () => {
  const cwd = tempFolder(files);
  const { exitCode, stderr } = await ingestor(["run", "foreign", "good", "last", "--concurrency", "2", "--json"], {
    cwd,
    env: { LOG_FORMAT: "json" },
  });
  expect(exitCode).toBe(70);
  const events = stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const ended = events.filter(({ event }) => event === "run_finished");
  expect(ended.map(({ dataset_id, status }) => `${dataset_id} ${status}`).toSorted()).toEqual([
    "foreign stopped",
    "good stopped",
  ]);
  expect(events.at(-1)).toMatchObject({ level: "error", error_code: "BUG" });
  expect(events.at(-1).message).toContain("Error: from nowhere");
  expect([published(cwd, "good"), published(cwd, "last")]).toEqual([false, false]);
  for (const id of ["foreign", "good"]) expect(await lockOf(cwd, id)).toBe(`${id}: nobody holds the lock\n`);
});

test("a plugin that ends the process has not made the run a success", async () => {
  const { exitCode, stdout, stderr } = await ingestor(["run", "exits"], { cwd: tempFolder(files) });
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toEndWith(
    "Cannot go on: something ended the program from within, as a plugin that calls process.exit\n",
  );
});
