import { dirname, join, resolve } from "node:path";
import { IngestorError, reasonOf } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { fileNames, type Folder } from "./discovery.ts";

/** A dataset file as it was read. */
export interface DatasetText {
  /** The path as given, for messages. */
  file: string;
  /** The absolute folder of the file. */
  baseDir: string;
  text: string;
}

const listed = 10;
const idPattern =
  /^\uFEFF?dataset_id[ \t]*:[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'#{[&*!|>][^\r\n]*?))[ \t]*(?:[ \t]#.*)?\r?$/m;

/** The paths of all the dataset files in the folder, sorted. */
export function datasetFiles(folder: Folder): string[] {
  return fileNames(folder, "datasets")
    .filter((base) => isYaml(base))
    .map((base) => join(folder.path, base));
}

/** True for what means a file and not a dataset id. */
export function isDatasetPath(wanted: string): boolean {
  return wanted.includes("/") || isYaml(wanted);
}

/**
 * Reads a dataset file: by path; or by id: ID.yaml or ID.yml in the folder, or else the file there whose
 * `dataset_id` it is. Throws an `IngestorError` (`ARGUMENT`) if there is none or more than one.
 */
export async function readDataset(wanted: string, folder: Folder): Promise<DatasetText> {
  if (isDatasetPath(wanted)) return readFile(wanted);
  const files = datasetFiles(folder);
  const named = files.filter((file) => idOfFile(file) === wanted);
  if (named.length > 0) return readFile(only(wanted, named));
  const texts = await Promise.all(files.map(readFile));
  const withId = texts.filter(({ text }) => datasetIdIn(text) === wanted);
  if (withId.length === 0) throw unknownDataset(wanted, folder, texts);
  const file = only(
    wanted,
    withId.map((found) => found.file),
  );
  return withId.find((found) => found.file === file) ?? readFile(file);
}

/**
 * The `dataset_id` that a file seems to have, found without parsing it: for looking a file up and for naming one that
 * cannot be parsed.
 */
export function datasetIdIn(text: string): string | undefined {
  const match = idPattern.exec(text);
  return match?.[1] ?? match?.[2] ?? match?.[3];
}

async function readFile(file: string): Promise<DatasetText> {
  try {
    return { file, baseDir: resolve(dirname(file)), text: await Bun.file(file).text() };
  } catch (cause) {
    throw new IngestorError("ARGUMENT", `Cannot read dataset "${file}": ${readReason(cause)}`, { cause });
  }
}

function readReason(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return code === "EACCES" ? "access is denied" : reasonOf(cause);
}

function only(wanted: string, files: readonly string[]): string {
  const [file, ...others] = files;
  if (file !== undefined && others.length === 0) return file;
  throw new IngestorError("ARGUMENT", `Cannot tell which file is dataset "${wanted}": ${files.join(" and ")}`, {
    hint: "give the path of the file instead of the id",
  });
}

function unknownDataset(wanted: string, folder: Folder, texts: readonly DatasetText[]): IngestorError {
  const known = [...new Set(texts.map(({ file, text }) => datasetIdIn(text) ?? idOfFile(file)))].toSorted();
  const cut = known.length > listed ? [...known.slice(0, listed), `… and ${known.length - listed} more`] : known;
  return new IngestorError(
    "ARGUMENT",
    `Cannot find dataset "${wanted}": "${folder.path}" has no such dataset${didYouMean(wanted, known)}`,
    {
      hint:
        known.length === 0
          ? "there are no dataset files in that folder; --datasets names another one"
          : `datasets there: ${cut.join(", ")}`,
    },
  );
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

function idOfFile(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1).replace(/\.ya?ml$/, "");
}
