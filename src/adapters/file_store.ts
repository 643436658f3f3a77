import { link } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { withCheckedKeys } from "../core/keys.ts";
import type { ObjectStore } from "../core/ports.ts";
import { explained } from "./file_explain.ts";
import { filePlaces, isCreation } from "./file_places.ts";
import { unsyncedFiles } from "./file_sync.ts";
import { etagOf, etagOfBlob, readIfThere, syncPath, walk } from "./fs.ts";

/** Objects as files below a directory. Each is written aside and moved into place. */
export function fileStore(root: string): ObjectStore {
  const { fromTemp, place, create, swap, remove } = filePlaces(root);
  const unsynced = unsyncedFiles(root);

  const store: Required<ObjectStore> = {
    name: root,
    async get(key) {
      const body = await readIfThere(join(root, key), root);
      return body && { body, etag: etagOf(body) };
    },
    async put(key, body, expect) {
      const path = join(root, key);
      const etag = body instanceof Blob ? await etagOfBlob(body) : etagOf(body);
      const placed = await fromTemp(expect, async (temp) => {
        await Bun.write(temp, body);
        // After a loss of power, what was there before must not have given way to an empty file.
        if (!isCreation(expect)) await syncPath(temp);
        return place(temp, path, expect);
      });
      if (!placed) return undefined;
      unsynced.add(path);
      return etag;
    },
    async link(from, to, expect) {
      const [source, path] = [join(root, from), join(root, to)];
      const linked =
        "absent" in expect
          ? await create(source, path)
          : await fromTemp(expect, async (temp) => {
              await link(source, temp);
              return swap(temp, path, expect.etag);
            });
      if (linked) unsynced.add(path);
      return linked;
    },
    flush: unsynced.flush,
    list: (prefix) => walk(root, prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix),
    async delete(keys) {
      for (const key of keys) {
        remove(join(root, key));
        await setImmediate();
      }
    },
  };
  return withCheckedKeys(explained(store));
}
