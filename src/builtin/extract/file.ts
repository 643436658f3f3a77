import { join, resolve } from "node:path";
import * as v from "valibot";
import { defineExtractor, IngestorError } from "../../api.ts";

export default defineExtractor({
  name: "file",
  summary: "Reads a file of this machine",
  options: v.strictObject({
    path: v.pipe(
      v.string(),
      v.nonEmpty(),
      v.description("Where the file is; relative to the folder of the dataset file, or absolute"),
    ),
    format: v.pipe(
      v.optional(v.string()),
      v.description("What kind of file it is, for people; parsers look at the bytes"),
    ),
  }),

  async extract({ path }, { baseDir, tempDir }) {
    const full = resolve(baseDir, path);
    const problem = await problemOf(Bun.file(full)).catch((error: unknown) => reasonOf(error));
    if (problem !== undefined) throw new IngestorError("SOURCE", `Cannot read "${full}": ${problem}`, hintFor(path));
    // The hash, the parser and the archive each read the bytes: somebody may write to the file in between.
    const copy = Bun.file(join(tempDir, "source"));
    await Bun.write(copy, Bun.file(full));
    return { blob: copy, url: Bun.pathToFileURL(full).href };
  },
});

/** Why the file cannot be a source. Throws what the file system throws. */
async function problemOf(file: Bun.BunFile): Promise<string | undefined> {
  const stat = await file.stat();
  if (stat.isDirectory()) return "it is a folder";
  if (!stat.isFile()) return "it is not a regular file";
  if (stat.size === 0) return "it is empty";
  await file.slice(0, 1).bytes();
  return undefined;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "this user may not read it";
  return error instanceof Error ? error.message : String(error);
}

function hintFor(path: string) {
  return { hint: `check source.path: "${path}" is looked for from the folder of the dataset file` };
}
