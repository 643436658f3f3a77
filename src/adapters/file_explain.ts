import { join } from "node:path";
import { IngestorError, reasonOf } from "../core/errors.ts";
import type { ObjectStore } from "../core/ports.ts";
import { hasCode } from "./fs.ts";

/** Every failure of the file system as a message that names the path and what to do. */
export function explained(store: Required<ObjectStore>): ObjectStore {
  const because =
    (verb: string, key: string) =>
    (error: unknown): never => {
      throw new IngestorError("STORAGE", `Cannot ${verb} "${join(store.name, key)}": ${reasonOf(error)}`, {
        cause: error,
        hint: hintFor(error),
      });
    };
  return {
    ...store,
    get: (key) => store.get(key).catch(because("read", key)),
    put: (key, body, expect) => store.put(key, body, expect).catch(because("write", key)),
    link: (from, to, expect) => store.link(from, to, expect).catch(because("write", to)),
    flush: () => store.flush().catch(because("sync", "")),
    async *list(prefix) {
      try {
        yield* store.list(prefix);
      } catch (error) {
        because("list", prefix)(error);
      }
    },
    delete: (keys) => store.delete(keys).catch(because("delete in", "")),
  };
}

function hintFor(error: unknown): string | undefined {
  if (hasCode(error, "EACCES", "EPERM", "EROFS"))
    return "give the user that runs this the right to read and write there, or choose another folder";
  if (hasCode(error, "ENOSPC", "EDQUOT")) return "the disk is full: free some space and run again";
  if (hasCode(error, "ENOTDIR", "EEXIST")) return "a file stands where a folder is needed";
  if (hasCode(error, "EISDIR")) return "a folder stands where a file is needed";
  return undefined;
}
