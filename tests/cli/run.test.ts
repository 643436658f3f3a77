import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { binary, ingestor } from "../support/binary.ts";
import { tempFolder } from "../support/folder.ts";

setDefaultTimeout(60_000);

const parser = (name: string, body: string) => `import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({ name: "${name}", summary: "s", options: v.strictObject({}), ${body} });
`;

const dataset = (id: string, plugin: string, load = "") => `dataset_id: ${id}
frequency: D
source: { kind: file, path: source.txt }
parse: { plugin: ${plugin} }
normalize: { plugin: series }
${load}`;

const points = `*parse() {
  for (const day of ["01", "02", "03"]) {
    yield { internal_series_code: "A_D", obs_time: "2026-01-" + day, value: Number(day), unit: "index", frequency: "D" };
  }
}`;

const files = {
  "plugins/three.ts": parser("three", points),
  "plugins/waits.ts": parser(
    "waits",
    `async *parse(_, __, { signal }) {
  console.error("waiting");
  await new Promise((_, reject) => { signal.addEventListener("abort", () => reject(signal.reason)); setTimeout(reject, 60_000); });
}`,
  ),
  "plugins/buggy.ts": parser("buggy", `*parse() { null.length; }`),
  "datasets/source.txt": "anything",
  "datasets/three.yaml": dataset("three", "three"),
  "datasets/kept.yaml": dataset("kept", "three", "load: { plugin: file_versioned }\n"),
  "datasets/waits.yaml": dataset("waits", "waits"),
  "datasets/buggy.yaml": dataset("buggy", "buggy"),
  "datasets/wrong.yaml": "dataset_id: wrong\n",
};

const lines = [1, 2, 3].map(
  (value) =>
    `{"obs_time":"2026-01-0${value}T00:00:00+00:00","internal_series_code":"A_D","value":${value},"unit":"index"`,
);

const summary = `three: done, 3 observations, no loader

series  observations  last
A_D                3  2026-01-03

rejected    0
duplicates  0
`;

test("without a loader, a run says what it would have loaded, a line a stage beside it", async () => {
  const ended = await ingestor(["run", "three"], { cwd: tempFolder(files) });
  expect(ended).toMatchObject({ exitCode: 0, stdout: summary });
  expect(ended.stderr.replaceAll(/[\d.]+ s$/gm, "0.0 s")).toContain(
    "extract    8 B in 0.0 s\nparse      3 points in 0.0 s\n",
  );
});

test("--output - writes the observations to standard output, and nothing else", async () => {
  const { stdout, stderr } = await ingestor(["run", "three", "--output", "-"], { cwd: tempFolder(files) });
  const written = stdout.trimEnd().split("\n");
  expect(written.map((line, index) => line.startsWith(lines[index] ?? "nothing"))).toEqual([true, true, true]);
  expect(stderr).toEndWith(summary);
});

test("--output FILE writes them there", async () => {
  const cwd = tempFolder(files);
  expect(await ingestor(["run", "three", "--output", "out.jsonl"], { cwd })).toMatchObject({
    exitCode: 0,
    stdout: summary,
  });
  expect((await Bun.file(join(cwd, "out.jsonl")).text()).split("\n")).toHaveLength(4);
  const nowhere = await ingestor(["run", "three", "--output", "none/out.jsonl"], { cwd });
  expect(nowhere).toMatchObject({ exitCode: 1, stdout: "" });
  expect(nowhere.stderr).toStartWith('Cannot write observations to "none/out.jsonl": ENOENT');
});

test("--output is for datasets without a loader, and not together with --json", async () => {
  const cwd = tempFolder(files);
  expect((await ingestor(["run", "kept", "--output", "-"], { cwd })).stderr)
    .toBe(`Cannot print the observations of "kept": it has a loader
hint: --output is for datasets without \`load\`; add --set load=null to run this one without
`);
  expect((await ingestor(["run", "three", "--output", "-", "--json"], { cwd })).stderr).toBe(
    'Cannot use "--json" with "--output -": both write to standard output\n',
  );
});

test("a published run names the command to try next, with the flags that it needs", async () => {
  const cwd = tempFolder(files);
  const { stdout } = await ingestor(["run", "kept", "--local", "my store"], { cwd });
  expect(stdout).toStartWith("kept: published v");
  expect(stdout).toEndWith(`\nnext: ${await binary()} run kept --local 'my store'\n`);
  expect(readdirSync(cwd).toSorted()).toEqual(["datasets", "my store", "plugins"]);
  const again = await ingestor(["run", "kept", "--local", "my store"], { cwd });
  expect(again.stdout).toMatch(/^kept: unchanged, nothing new since v\S+\n$/);
});

test("of several datasets all are run, and the worst decides the exit", async () => {
  const cwd = tempFolder(files);
  const ended = await ingestor(["run", "wrong", "three", "none", "kept", "--json"], { cwd });
  expect(ended.exitCode).toBe(2);
  const reports = ended.stdout.trimEnd().split("\n").map(statusOf);
  expect(reports).toEqual(["wrong failed CONFIG", "three done", "none failed ARGUMENT", "kept published"]);
});

function statusOf(line: string): string {
  const report = JSON.parse(line) as { dataset_id: string; status: string; error?: { code: string } };
  return [report.dataset_id, report.status, report.error?.code].filter((part) => part !== undefined).join(" ");
}

async function signalled(name: string, signal: NodeJS.Signals) {
  const cwd = tempFolder({ ...files, "tmp/keep": "" });
  const child = Bun.spawn([await binary(), "run", name, "three", "--json"], {
    cwd,
    env: { TMPDIR: join(cwd, "tmp") },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let stderr = "";
  for await (const chunk of child.stderr) {
    stderr += new TextDecoder().decode(chunk);
    if (stderr.includes("waiting")) break;
  }
  child.kill(signal);
  const stdout = await new Response(child.stdout).text();
  return {
    exitCode: await child.exited,
    stdout,
    left: readdirSync(join(cwd, "tmp")),
    store: existsSync(join(cwd, "data")),
  };
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s stops the run cleanly, and the ones after it", async (signal, exitCode) => {
  const { stdout, ...ended } = await signalled("waits", signal);
  expect(ended).toEqual({ exitCode, left: ["keep"], store: false });
  expect(stdout.trimEnd().split("\n").map(statusOf)).toEqual(["waits stopped STOPPED"]);
});
