import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { ingestor } from "../support/binary.ts";
import { tempFolder } from "../support/folder.ts";

setDefaultTimeout(60_000);

const dataset = (id: string) => `dataset_id: ${id}
frequency: D
source: { kind: file, path: source.txt }
parse: { plugin: one }
normalize: { plugin: series }
load: { plugin: file_versioned, root: ./data }
`;

const parser = `import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({ name: "one", summary: "s", options: v.strictObject({}), *parse() {
  yield { internal_series_code: "A_D", obs_time: "2026-01-01", value: 1, unit: "index", frequency: "D" };
} });
`;

const files = {
  "plugins/one.ts": parser,
  "datasets/source.txt": "anything",
  "datasets/rates.yaml": dataset("rates"),
  "datasets/file.yaml": dataset("by_its_id"),
  "elsewhere/source.txt": "anything",
  "elsewhere/prices.yml": dataset("prices"),
};

test.each([
  ["DATASET_ID", [], { DATASET_ID: "rates" }, "rates"],
  ["an id", ["rates"], {}, "rates"],
  ["an id that is not the name of its file", ["by_its_id"], {}, "by_its_id"],
  ["a path", ["elsewhere/prices.yml"], {}, "prices"],
  ["an id with flags", ["rates", "--local", "tried", "--full"], {}, "rates"],
  ["an id in another folder", ["prices", "--datasets", "elsewhere"], {}, "prices"],
  ["an id in another folder, with a sign between", ["prices", "--datasets=elsewhere"], {}, "prices"],
  ["an id in INGESTOR_DATASETS", ["prices"], { INGESTOR_DATASETS: "elsewhere" }, "prices"],
  ["an argument before DATASET_ID", ["rates"], { DATASET_ID: "by_its_id" }, "rates"],
])("%s alone runs a dataset", async (_, args, env, id) => {
  const ended = await ingestor(args, { cwd: tempFolder(files), env });
  expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(new RegExp(`^${id}: published `)) });
});

test.each([
  [["rat"], /^Cannot find command "rat": /],
  [["rates.yaml"], /^Cannot read dataset "rates.yaml": there is no such file\n$/],
  [["rates", "--lcoal"], /^Cannot read the arguments: there is no flag "--lcoal", did you mean "--local"\?\n/],
  [["rates", "--datasets"], /^Cannot read the arguments: "--datasets" needs a value\n/],
])("%j is an error of the arguments", async (args, message) => {
  const ended = await ingestor(args, { cwd: tempFolder(files) });
  expect(ended).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringMatching(message) });
});

test("nothing at all shows what there is", async () => {
  const cwd = tempFolder(files);
  for (const env of [{}, { DATASET_ID: "" }]) {
    const ended = await ingestor([], { cwd, env });
    expect(ended).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringContaining("USAGE") });
  }
});

test("--tmp and TMPDIR say where temporary files are, and none stays", async () => {
  const cwd = tempFolder({ ...files, "scratch/.keep": "" });
  const none = { TMPDIR: join(cwd, "none") };
  expect(await ingestor(["rates", "--tmp", "scratch"], { cwd, env: none })).toMatchObject({ exitCode: 0 });
  expect(readdirSync(join(cwd, "scratch"))).toEqual([".keep"]);
  const ended = await ingestor(["rates"], { cwd, env: none });
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain(`Cannot make a temporary folder in "${none.TMPDIR}": `);
  expect(ended.stderr).toContain("hint: --tmp DIR or TMPDIR names another place, one that can be written to\n");
});
