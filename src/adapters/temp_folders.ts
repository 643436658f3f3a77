import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { IngestorError, reasonOf } from "../core/errors.ts";

/** Makes temporary folders, and knows which of them are still there. */
export function tempFolders() {
  const folders = new Set<string>();
  return {
    /** A new folder below `parent`. Throws `STORAGE` where none can be made. */
    async make(parent: string): Promise<{ path: string; remove(): Promise<void> }> {
      const path = await mkdtemp(join(parent, "ingestor-")).catch((cause: unknown) => {
        throw new IngestorError("STORAGE", `Cannot make a temporary folder in "${parent}": ${reasonOf(cause)}`, {
          cause,
          hint: "--tmp DIR or TMPDIR names another place, one that can be written to",
        });
      });
      folders.add(path);
      return {
        path,
        async remove() {
          await rm(path, { recursive: true, force: true });
          folders.delete(path);
        },
      };
    },
    /** Removes all at once, for a process that ends. */
    removeAll: (): void => folders.forEach((path) => rmSync(path, { recursive: true, force: true })),
  };
}
