import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";

setDefaultTimeout(60_000);

/** Says when it begins and ends, so that a test sees what was under way at once. */
const parser = `import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({ name: "one", summary: "s", options: v.strictObject({ fails: v.optional(v.boolean(), false) }),
  async *parse(_, { fails }, { dataset, warn }) {
    process.stderr.write("+" + dataset.dataset_id + "\\n");
    await Bun.sleep(200);
    process.stderr.write("-" + dataset.dataset_id + "\\n");
    if (fails) throw new Error("no such thing");
    yield { internal_series_code: "A_D", obs_time: "2026-01-01", value: 1, unit: "index", frequency: "D" };
  } });
`;

const dataset = (id: string, tags: string, parse = "{ plugin: one }") => `dataset_id: ${id}
tags: ${tags}
frequency: D
source: { kind: file, path: source.txt }
parse: ${parse}
normalize: { plugin: series }
load: { plugin: file_versioned }
`;

const files = {
  "plugins/one.ts": parser,
  "datasets/source.txt": "x",
  "datasets/a.yaml": dataset("a", "[daily, rates]"),
  "datasets/b.yaml": dataset("b", "[daily]", "{ plugin: one, fails: true }"),
  "datasets/file_c.yaml": dataset("c", "[weekly]"),
};

const inWorld = (more: Record<string, string> = {}, env: Record<string, string> = {}) => {
  const cwd = tempFolder({ ...files, ...more });
  return { cwd, run: (...args: string[]) => ingestor(["run", ...args], { cwd, env }) };
};

const idsIn = (stdout: string) =>
  stdout
    .split("\n")
    .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []))
    .map(({ dataset_id, status }) => `${dataset_id} ${status}`);

test("--all runs all of the folder, one after another; one that fails does not stop the others, and a table says it all", async () => {
  const { cwd, run } = inWorld();
  const { exitCode, stdout, stderr } = await run("--all");
  expect(exitCode).toBe(1);
  expect(stdout.replaceAll(/\d+\.\d/g, "0.0")).toBe(`dataset  status     new  revised  withdrawn  seconds
a        published   +1        0          0      0.0
b        failed                                  0.0  Cannot parse with "one": no such thing
c        published   +1        0          0      0.0

3 datasets: 2 published, 1 failed
`);
  expect(stderr.match(/^[+-]\w$/gm)).toEqual(["+a", "-a", "+b", "-b", "+c", "-c"]);
  expect(stderr).toContain("a: extract    1 B in ");
  expect(stderr).toContain(`\nb: Cannot parse with "one"\nb: ${cwd}/plugins/one.ts:8:26  no such thing\n`);
  expect(stderr).toMatch(/^c: published v\S+ \(\+1 new, 0 revised, 0 withdrawn\)$/m);
  expect(existsSync(join(cwd, "data/datasets/c/index/current_version.txt"))).toBe(true);
});

test("--concurrency runs so many at a time; --json is a line for each as it ends, and nothing else", async () => {
  const { run } = inWorld();
  const { exitCode, stdout, stderr } = await run("--all", "--concurrency", "2", "--json");
  expect(exitCode).toBe(1);
  expect(idsIn(stdout).toSorted()).toEqual(["a published", "b failed", "c published"]);
  expect(stdout.trimEnd().split("\n")).toHaveLength(3);
  const order: string[] = stderr.match(/^[+-]\w$/gm) ?? [];
  expect(order.slice(0, 2).toSorted()).toEqual(["+a", "+b"]);
  expect(order.indexOf("+c")).toBeGreaterThan(2);
});

test.each([
  [["a", "c"], ["a published", "c published"], 0],
  [["a", "a"], ["a published"], 0],
  [["a", "nothing"], ["a published", "nothing failed"], 2],
  [["--tag", "daily"], ["a published", "b failed"], 1],
  [["--tag", "weekly"], ["c published"], 0],
  [["--all", "--shard", "0/1"], ["a published", "b failed", "c published"], 1],
])("%j runs %j", async (args, reports, exitCode) => {
  const ended = await inWorld().run(...args, "--json");
  expect([idsIn(ended.stdout), ended.exitCode]).toEqual([reports, exitCode]);
});

test("a file that is no YAML may have the tag, and is not left out in silence", async () => {
  const ended = await inWorld({ "datasets/broken.yaml": "dataset_id: broken\ntags: [weekly\n" }).run(
    "--tag",
    "weekly",
    "--json",
  );
  expect([idsIn(ended.stdout), ended.exitCode]).toEqual([["broken failed", "c published"], 2]);
});

test("the shards of a run are all of it, each once, whatever engine says which it is", async () => {
  const all = await Promise.all(
    [0, 1, 2].map((index) => {
      const env = { JOB_COMPLETION_INDEX: String(index), INGESTOR_SHARDS: "3" };
      return inWorld({}, env).run("--all", "--json");
    }),
  );
  expect(all.flatMap(({ stdout }) => idsIn(stdout)).toSorted()).toEqual(["a published", "b failed", "c published"]);
});

test("an empty shard has nothing to do, and says so", async () => {
  const { run } = inWorld();
  const all = await Promise.all(Array.from({ length: 12 }, (_, index) => run("c", "--shard", `${index}/12`)));
  const empty = all.filter(({ stderr }) => stderr.includes("nothing to do"));
  expect(empty).toHaveLength(11);
  const [first] = empty;
  expect(first).toMatchObject({ exitCode: 0, stdout: "" });
  expect(first?.stderr).toMatch(/^shard \d+\/12 has none of the 1 datasets: there is nothing to do\n$/);
});

test.each([
  [
    ["--tag", "dayly"],
    'Cannot run: no dataset of "datasets" has the tag "dayly", did you mean "daily"?\nhint: tags there: daily, rates, weekly\n',
  ],
  [["a", "--all"], 'Cannot read the arguments: ids and "--all" each say what to run: give one of them'],
  [["--all", "--tag", "daily"], 'Cannot read the arguments: "--all" and "--tag" each say what to run'],
  [["--shard", "0/2"], 'Cannot read the arguments: "--shard" is a part of something: add "--all"'],
  [["--all", "--shard", "2/2"], 'Cannot read the arguments: "--shard" wants I/N such as 0/4'],
  [["--all", "--concurrency", "0"], 'Cannot read the arguments: "--concurrency" wants a number from 1 to 64'],
  [["a", "c", "--output", "x"], 'Cannot use "--output" with several datasets: each would write over the others'],
  [["--all", "--datasets", "plugins"], 'Cannot run all of "plugins": there are no dataset files in it'],
])("%j is refused", async (args, message) => {
  const ended = await inWorld().run(...args);
  expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
  expect(ended.stderr).toStartWith(message);
});

test("two files of one id are not run, and the others are", async () => {
  const twice = { "datasets/again.yaml": dataset("a", "[daily]") };
  const { exitCode, stdout } = await inWorld(twice).run("--all", "--json");
  expect(exitCode).toBe(2);
  expect(idsIn(stdout).toSorted()).toEqual(["a failed", "a failed", "b failed", "c published"]);
  expect(stdout).toContain('Cannot run \\"a\\": it is the dataset_id of datasets/a.yaml and datasets/again.yaml');
  const checked = await ingestor(["validate"], { cwd: inWorld(twice).cwd });
  expect(checked.exitCode).toBe(2);
  expect(checked.stdout).toContain('datasets/again.yaml  dataset_id: "a" is also that of datasets/a.yaml\n');
});

test("a file whose tags are no list may have the tag, and says what is wrong with it", async () => {
  const { exitCode, stdout } = await inWorld({ "datasets/d.yaml": dataset("d", "weekly") }).run(
    "--tag",
    "weekly",
    "--json",
  );
  expect(exitCode).toBe(2);
  expect(idsIn(stdout).toSorted()).toEqual(["c published", "d failed"]);
});
