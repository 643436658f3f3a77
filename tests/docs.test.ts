import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import * as v from "valibot";
import { lockKinds } from "../src/config/lock_kinds.ts";
import { policyEntries } from "../src/config/policy.ts";
import { datasetSchema } from "../src/config/schema.ts";
import { stateKinds } from "../src/config/state_kinds.ts";
import { builtinPlugins } from "../src/host/builtins.ts";
import { pluginFiles } from "../src/host/discovery.ts";
import { pluginRegistry } from "../src/host/registry.ts";
import { stages } from "../src/core/plugin.ts";
import { ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";

setDefaultTimeout(60_000);
const readme = await Bun.file("README.md").text();
const page = await Bun.file("docs/datasets.md").text();
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

test("the README names every command, and every flag of each", async () => {
  const { stdout } = await ingestor(["--help"], { cwd: "." });
  const commands = Array.from(
    stdout.split("\nCOMMANDS\n")[1]?.matchAll(/^ +([a-z]+) {4}/gm) ?? [],
    ([, name = ""]) => name,
  );
  expect(commands.length).toBeGreaterThan(10);
  expect(commands.filter((name) => !readme.includes(`\`ingestor ${name}`))).toEqual([]);
  for (const name of commands) {
    const { stdout: usage } = await ingestor([name, "--help"], { cwd: "." });
    const flags = Array.from(usage.matchAll(/^ +(?:-[a-z], )?--([a-z-]+)/gm), ([, flag = ""]) => flag);
    expect([name, flags.length > 0]).toEqual([name, true]);
    expect([name, flags.filter((flag) => !readme.includes(`\`--${flag}`))]).toEqual([name, []]);
  }
});

test("the README names every variable of the environment that the sources do", async () => {
  const sources = Array.from(new Bun.Glob("src/**/*.ts").scanSync("."));
  const texts = await Promise.all(sources.map((file) => Bun.file(file).text()));
  const names = texts.join("\n").matchAll(/\b(?:AWS|ECS|INGESTOR|SNS|DATASET|LOG)_[A-Z][A-Z0-9_]*\b/g);
  // Of the EC2 instance and of what a chain of credentials says of itself, not of a user's.
  const foreign = /^AWS_EC2_|^AWS_CONTAINER_CREDENTIALS$/;
  const missing = [...new Set(Array.from(names, ([name]) => name))].filter((name) => !foreign.test(name));
  expect(missing.filter((name) => !readme.includes(`\`${name}\``)).toSorted()).toEqual([]);
});

test("the page on dataset files names every key", () => {
  const plugins = builtinPlugins.map(({ options }) => options);
  const kinds = [...Object.values(stateKinds), ...Object.values(lockKinds)].map(({ options }) => options);
  const keys = new Set([datasetSchema, v.strictObject(policyEntries), ...plugins, ...kinds].flatMap(keysOf));
  expect(keys.has("copy_workers") && keys.has("date_col") && keys.has("table_name")).toBe(true);
  expect([...keys].filter((key) => !new RegExp(`\`(?:\\w+\\.)?${key}\``).test(page)).toSorted()).toEqual([]);
});

/** The keys of a schema, and of all that is within it. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { entries, wrapped, item, pipe, options } = schema as Record<string, unknown>;
  const own = typeof entries === "object" && entries !== null ? Object.entries(entries) : [];
  const within = [
    wrapped,
    item,
    ...[pipe, options].flatMap((all) => (Array.isArray(all) && all[0] !== schema ? all : [])),
  ];
  return [...own.flatMap(([key, value]) => [key, ...keysOf(value)]), ...within.flatMap(keysOf)];
}

test("every link within the documentation leads somewhere", async () => {
  const files = ["README.md", "CHANGELOG.md", ...new Bun.Glob("docs/*.md").scanSync(".")];
  const texts = new Map(await Promise.all(files.map(async (file) => [file, await Bun.file(file).text()] as const)));
  const broken = [...texts].flatMap(([file, text]) =>
    Array.from(text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g), ([link, path = "", anchor]) => {
      const target = path === "" ? file : join(dirname(file), path);
      const headings = texts.get(target)?.match(/^#+ .*$/gm) ?? [];
      const isThere = anchor === undefined ? existsSync(target) : headings.some((line) => anchorOf(line) === anchor);
      return isThere ? [] : [`${file}: ${link}`];
    }).flat(),
  );
  expect(broken).toEqual([]);
});

function anchorOf(heading: string): string {
  const text = heading.replace(/^#+ /, "").toLowerCase();
  return text.replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

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

test.each([
  ["README.md", readme, "mine"],
  ["docs/datasets.md", page, "example_rates"],
])("the first dataset of %s is valid", async (_, text, name) => {
  const [yaml = ""] = blocks(text, "yaml");
  const cwd = tempFolder({ [`datasets/${name}.yaml`]: yaml });
  mkdirSync(join(cwd, "plugins"));
  expect(await ingestor(["validate", name], { cwd })).toEqual({
    exitCode: 0,
    stdout: `ok datasets/${name}.yaml\n1 dataset valid\n`,
    stderr: "",
  });
});
