import { expect, test } from "bun:test";
import { join } from "node:path";
import { IngestorError } from "../../src/core/errors.ts";
import { datasetFiles, datasetIdIn, readDataset } from "../../src/host/datasets.ts";
import { tempFolder } from "../support/folder.ts";

const path = tempFolder({
  "daily.yaml": "dataset_id: daily\n",
  "weekly.yml": "provider: x\ndataset_id: 'weekly_rates' # the old name\n",
  "twin.yaml": "dataset_id: twin\n",
  "twin.yml": "dataset_id: twin\n",
  "a.yaml": "dataset_id: shared\n",
  "b.yaml": "dataset_id: shared\n",
  ".hidden.yaml": "dataset_id: hidden\n",
  "notes.txt": "dataset_id: notes\n",
  "archive/old.yaml": "dataset_id: old\n",
});
const folder = { path, named: true };

async function failure(wanted: string): Promise<string[]> {
  const error: unknown = await readDataset(wanted, folder).catch((thrown: unknown) => thrown);
  if (!(error instanceof IngestorError)) throw new Error(`expected an IngestorError, got ${String(error)}`);
  return [error.code, error.message.replaceAll(path, "DIR"), ...(error.hint === undefined ? [] : [error.hint])];
}

test("the folder's dataset files are its .yaml and .yml files, sorted", () => {
  expect(datasetFiles(folder)).toEqual(
    ["a.yaml", "b.yaml", "daily.yaml", "twin.yaml", "twin.yml", "weekly.yml"].map((base) => join(path, base)),
  );
  expect(datasetFiles({ path: join(path, "none"), named: false })).toEqual([]);
});

test.each([
  ["daily", "daily.yaml"],
  ["weekly", "weekly.yml"],
  ["weekly_rates", "weekly.yml"],
  [join(path, "archive/old.yaml"), "archive/old.yaml"],
])("%s means the file %s", async (wanted, file) => {
  const found = await readDataset(wanted, folder);
  expect(found.file).toBe(join(path, file));
  expect(found.baseDir).toBe(join(found.file, ".."));
  expect(found.text).toContain("dataset_id:");
});

test.each([
  ["twin", 'Cannot tell which file is dataset "twin": DIR/twin.yaml and DIR/twin.yml'],
  ["shared", 'Cannot tell which file is dataset "shared": DIR/a.yaml and DIR/b.yaml'],
])("an id that two files have is an error: %s", async (wanted, message) => {
  expect(await failure(wanted)).toEqual(["ARGUMENT", message, "give the path of the file instead of the id"]);
});

test("an unknown id is an error with what there is", async () => {
  expect(await failure("dayly")).toEqual([
    "ARGUMENT",
    'Cannot find dataset "dayly": "DIR" has no such dataset, did you mean "daily"?',
    "datasets there: daily, shared, twin, weekly_rates",
  ]);
});

test("a path that cannot be read is an error", async () => {
  expect(await failure("none.yaml")).toEqual(["ARGUMENT", 'Cannot read dataset "none.yaml": there is no such file']);
  expect(await failure(join(path, "archive/"))).toEqual([
    "ARGUMENT",
    'Cannot read dataset "DIR/archive/": it is a folder',
  ]);
});

test.each([
  ["dataset_id: a_b\n", "a_b"],
  ["\uFEFFdataset_id: a\n", "a"],
  ['provider: x\r\ndataset_id: "a b" # c\r\n', "a b"],
  ["dataset_id: a # c", "a"],
  ["dataset_id: a#b", "a#b"],
  ["dataset_id:\n  a\n", undefined],
  ["source: { dataset_id: a }\n", undefined],
])("the id in %j is %j", (text, id) => {
  expect(datasetIdIn(text)).toBe(id);
});
