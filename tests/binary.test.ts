import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import packageJson from "../package.json";
import { binary, ingestor } from "./support/binary.ts";
import { brokenPlugins } from "./support/broken_plugins.ts";
import { pluginText, tempFolder } from "./support/folder.ts";

setDefaultTimeout(60_000);

const dataset = (transform: string) => `dataset_id: tiny
provider: X
frequency: D
source: { kind: file, path: source.xlsx, format: xlsx }
parse: { plugin: excel }
parse_config:
  series_map:
    - { internal_series_code: A_D, unit: index, frequency: D, sheet: S, header_row: 1, date_col: A, value_col: B }
normalize: { plugin: series, timezone: UTC, primary_keys: [obs_time, internal_series_code] }
transform: { plugin: ${transform} }
`;

test("the build leaves nothing but the binary", async () => {
  expect(readdirSync(join(await binary(), ".."))).toEqual(["ingestor"]);
});

test("--version says which release and commit it is, and --help what there is", async () => {
  const cwd = tempFolder();
  const asked = await ingestor(["--version"], { cwd });
  expect(asked).toMatchObject({ exitCode: 0, stderr: "" });
  expect(asked.stdout.replace(/\+[0-9a-f]+$/m, "")).toBe(`ingestor ${packageJson.version}\n`);
  const help = await ingestor(["--help"], { cwd });
  expect(help).toMatchObject({ exitCode: 0, stderr: "" });
  expect(help.stdout).toContain("USAGE ingestor [OPTIONS] run|validate");
  expect(readdirSync(cwd)).toEqual([]);
});

test("a planted bunfig.toml, tsconfig.json or package.json runs nothing", async () => {
  const cwd = tempFolder({
    "bunfig.toml": 'preload = ["./planted.ts"]\n[test]\npreload = ["./planted.ts"]\n',
    "tsconfig.json":
      '{ "compilerOptions": { "paths": { "valibot": ["./planted.ts"], "ingestor": ["./planted.ts"] } } }',
    "package.json": '{ "imports": { "valibot": "./planted.ts" } }',
    "planted.ts": 'await Bun.write("planted.txt", "ran");\n',
    "plugins/plain.ts": pluginText("plain"),
    "datasets/tiny.yaml": dataset("plain"),
  });
  const ended = await ingestor(["validate"], { cwd });
  expect(ended).toEqual({ exitCode: 0, stdout: "ok datasets/tiny.yaml\n1 dataset valid\n", stderr: "" });
  expect(readdirSync(cwd)).not.toContain("planted.txt");
});

test(".env is read, and the real environment is stronger", async () => {
  const cwd = tempFolder({ ".env": "DATASET_ID=from_file\n" });
  expect((await ingestor(["run"], { cwd })).stderr).toStartWith('Cannot find dataset "from_file"');
  const env = { DATASET_ID: "from_shell" };
  expect((await ingestor(["run"], { cwd, env })).stderr).toStartWith('Cannot find dataset "from_shell"');
});

test("a TypeScript plugin loads from any folder without node_modules, with the files that it imports", async () => {
  const cwd = tempFolder({
    "tiny.yaml": dataset("mine"),
    "elsewhere/mine.ts": `import { extra } from "./lib/extra.ts";\nextra satisfies number;\n${pluginText("mine")}`,
    "elsewhere/lib/extra.ts": "export const extra: number = 1;\n",
  });
  const valid = { exitCode: 0, stdout: "ok tiny.yaml\n1 dataset valid\n", stderr: "" };
  expect(await ingestor(["validate", "tiny.yaml", "--plugins", "elsewhere"], { cwd })).toEqual(valid);
  const env = { INGESTOR_PLUGINS: join(cwd, "elsewhere") };
  expect(await ingestor(["validate", "tiny.yaml"], { cwd, env })).toEqual(valid);
  expect((await ingestor(["validate", "tiny.yaml"], { cwd })).exitCode).toBe(2);
});

test("no plugin is taken from a parent's folder", async () => {
  const cwd = tempFolder({ "plugins/mine.ts": pluginText("mine"), "inner/tiny.yaml": dataset("mine") });
  const ended = await ingestor(["validate", "tiny.yaml"], { cwd: join(cwd, "inner") });
  expect(ended.exitCode).toBe(2);
  expect(ended.stdout).toContain("mine");
});

test.each([...brokenPlugins])("a plugin with $what is one clear message", async ({ files, says }) => {
  const inFolder = Object.entries(files).map(([path, text]) => [`plugins/${path}`, text] as const);
  const cwd = tempFolder({ "datasets/tiny.yaml": dataset("bad"), ...Object.fromEntries(inFolder) });
  const [message = "", ...problems] = says;
  const ended = await ingestor(["validate"], { cwd });
  expect(ended.exitCode).toBe(2);
  expect(ended.stdout.split("\n").filter((line) => line.includes(message))).toHaveLength(1);
  const lines = ended.stdout.replaceAll("plugins/", "").split("\n");
  for (const problem of problems) expect(lines).toContain(problem);
  expect(ended.stdout).not.toContain("    at ");
  expect(await ingestor(["run", "tiny"], { cwd })).toMatchObject({ exitCode: 2, stdout: "" });
});

test.each([
  [["rum"], 'Cannot find command "rum": the commands are …, did you mean "run"?\n'],
  [["tiny"], 'Cannot find command "tiny": the commands are …\nhint: to run a dataset: ingestor run tiny\n'],
  [
    ["run", "tiny", "--lcoal", "x"],
    'Cannot read the arguments: there is no flag "--lcoal", did you mean "--local"?\nhint: --help shows what there is\n',
  ],
  [
    ["run", "tiny"],
    'Cannot find dataset "tiny": "datasets" has no such dataset\n' +
      "hint: there are no dataset files in that folder; --datasets names another one\n",
  ],
  [["run", "tiny.yaml"], 'Cannot read dataset "tiny.yaml": there is no such file\n'],
  [
    ["run"],
    "Cannot run: no dataset is named, and DATASET_ID is not set\nhint: ingestor run DATASET, or ingestor run --all\n",
  ],
  [["validate", "tiny", "--plugins", "none"], 'Cannot read the plugins folder "none": there is no such folder\n'],
  [["run", "x", "--datasets", "none"], 'Cannot read the datasets folder "none": there is no such folder\n'],
])("%j is an error of the arguments", async (args, stderr) => {
  const ended = await ingestor(args, { cwd: tempFolder({ "other/tiny.yaml": "" }) });
  const called = (await binary()).replace(/\/ingestor$/, "/");
  const said = ended.stderr
    .replaceAll(called, "")
    .replace(/(?<=the commands are )run, validate[a-z, ]*?(?=, did|\n)/, "…");
  expect({ ...ended, stderr: said }).toEqual({ exitCode: 2, stdout: "", stderr });
});
