import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { folderArgs, outputArgs, overrideArgs } from "../src/cli/common.ts";
import { builtinPlugins } from "../src/host/builtins.ts";
import { pluginFiles } from "../src/host/discovery.ts";
import { pluginRegistry } from "../src/host/registry.ts";
import { stages } from "../src/core/plugin.ts";
import { ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";
const readme = await Bun.file("README.md").text();
const guide = await Bun.file("docs/plugins.md").text();

function blocks(text: string, language: string): string[] {
  return Array.from(text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms")), ([, block = ""]) => block);
}

/** The plugin files of a page: every ts block begins with its path. */
function pluginsIn(text: string): Record<string, string> {
  return Object.fromEntries(blocks(text, "ts").map((block) => [/^\/\/ (\S+)\n/.exec(block)?.[1] ?? "none", block]));
}

test("the first two commands of the README do everything", () => {
  expect(blocks(readme, "sh").slice(0, 2)).toEqual([
    "npx --yes bun@1.4.5 run start\n",
    "npx --yes bun@1.4.5 run check\n",
  ]);
});

test("the README names every flag", () => {
  const flags = Object.keys({ ...folderArgs, ...overrideArgs, ...outputArgs, full: true, output: true });
  expect(flags.filter((flag) => !readme.includes(`\`--${flag}`))).toEqual([]);
});

test("every example plugin loads, and the guide has one for each stage", async () => {
  const files = { ...pluginsIn(readme), ...pluginsIn(guide) };
  const path = join(tempFolder(files), "plugins");
  const registry = pluginRegistry(builtinPlugins, pluginFiles({ path, named: true }));
  const served = new Set<string>();
  for (const file of Object.keys(files)) {
    const name = file.replace(/^plugins\/(.*)\.ts$/, "$1");
    const found = await Promise.all(stages.map((stage) => registry.find(stage, name)));
    const here = found.flatMap((plugin) => plugin?.stage ?? []);
    expect([file, here.length > 0]).toEqual([file, true]);
    for (const stage of here) served.add(stage);
  }
  expect([...served].toSorted()).toEqual([...stages].toSorted());
});

test("the example plugins work together", async () => {
  const cwd = tempFolder({
    ...pluginsIn(guide),
    "datasets/tiny.yaml": `dataset_id: tiny
frequency: D
source: { kind: inline, text: "2024-12-31;1\\n2025-01-01;1,5\\n2025-01-02;x" }
parse: { plugin: semicolons, code: A_D }
normalize: { plugin: thousands, decimal: "," }
transform: { plugin: since, year: 2025 }
load: { plugin: csv_file, path: out.csv }
`,
  });
  expect(await ingestor(["run", "tiny"], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await Bun.file(join(cwd, "out.csv")).text()).toBe("A_D,2025-01-01T00:00:00+00:00,1500\n");
});

test("the first dataset of the README is valid", async () => {
  const [yaml = ""] = blocks(readme, "yaml");
  const cwd = tempFolder({ "datasets/mine.yaml": yaml });
  mkdirSync(join(cwd, "plugins"));
  expect(await ingestor(["validate", "mine"], { cwd })).toEqual({
    exitCode: 0,
    stdout: "ok datasets/mine.yaml\n1 dataset valid\n",
    stderr: "",
  });
});
