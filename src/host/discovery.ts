import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { IngestorError, reasonOf } from "../core/errors.ts";

/** A folder to look into: one that somebody named has to exist, a default one need not. */
export interface Folder {
  path: string;
  named: boolean;
}

/** One module file of the plugins folder. */
export interface PluginFile {
  /** The file's name without its extension: what dataset files call the plugin. */
  name: string;
  /** The path as the folder was given, for messages. */
  file: string;
  /** The absolute path, for importing. */
  path: string;
}

/** The module files that lie directly in the folder, by name. Two files of one name are two entries. */
export function pluginFiles(folder: Folder): PluginFile[] {
  return fileNames(folder, "plugins")
    .filter((base) => /\.[jt]s$/.test(base) && !base.endsWith(".d.ts"))
    .map((base) => ({
      name: base.slice(0, -3),
      file: join(folder.path, base),
      path: resolve(folder.path, base),
    }));
}

/**
 * The files directly in a folder but for dot files, sorted; `what` says in messages what the folder holds.
 * Throws an `IngestorError` (`ARGUMENT`) if it cannot be read, unless nobody named it and it is not there.
 */
export function fileNames(folder: Folder, what: string): string[] {
  try {
    return readdirSync(folder.path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .toSorted();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" && !folder.named) return [];
    throw new IngestorError(
      "ARGUMENT",
      `Cannot read the ${what} folder "${folder.path}": ${folderReason(code, cause)}`,
      {
        cause,
      },
    );
  }
}

function folderReason(code: unknown, cause: unknown): string {
  if (code === "ENOENT") return "there is no such folder";
  if (code === "ENOTDIR") return "it is not a folder";
  if (code === "EACCES") return "access is denied";
  return reasonOf(cause);
}
