import { mkdirSync, renameSync } from "node:fs";
import { link, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { IngestorError, reasonOf } from "../core/errors.ts";
import { tempDir, withCheckedKeys } from "../core/keys.ts";
import { inParallel } from "../core/parallel.ts";
import type { Etag, Expectation, ObjectStore } from "../core/ports.ts";
import {
  ancestors,
  discard,
  etagNow,
  etagOf,
  etagOfBlob,
  hasCode,
  isAbsence,
  linked,
  linkedNow,
  locked,
  readIfThere,
  removeFile,
  removeStale,
  syncPath,
  walk,
} from "./fs.ts";
import { syncFileSystem } from "./os.ts";

/** Above this many new files one sync of the file system costs less than one of each file. */
const fewFiles = 64;
const inFlight = 16;
const staleAfter = 86_400_000;

/**
 * Objects as files below a directory. Each is written aside and moved into place. Whatever changes a file that is
 * there takes an OS lock on the directory itself, which keeps other processes out and leaves nothing behind.
 */
export function fileStore(root: string): ObjectStore {
  const known = new Set<string>();
  const unsynced = new Set<string>();
  let temporaries = 0;
  let flushing = Promise.resolve();

  async function makeDir(path: string): Promise<void> {
    if (known.has(path)) return;
    await mkdir(path, { recursive: true });
    known.add(path);
  }

  /** A name that nothing has, beside where everything goes. */
  async function newTemp(): Promise<string> {
    const dir = join(root, tempDir);
    if (!known.has(dir)) await removeStale(dir, staleAfter);
    await makeDir(dir);
    return join(dir, `${process.pid}-${process.hrtime.bigint()}-${++temporaries}`);
  }

  /** Runs `work` with a name for a temporary file, and sees to it that no such file is left. */
  async function fromTemp(expect: Expectation | undefined, work: (temp: string) => Promise<boolean>): Promise<boolean> {
    const temp = await newTemp();
    const placed = await work(temp).catch(async (error) => {
      await discard(temp);
      throw error;
    });
    // A rename has taken the name away; a link has not.
    if (!placed || (expect && "absent" in expect)) await discard(temp);
    return placed;
  }

  /** The folder may vanish while it is made or before the link, when a delete empties it: then both happen under the lock. */
  async function create(source: string, path: string): Promise<boolean> {
    try {
      await makeDir(dirname(path));
      return await linked(source, path);
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
      return locked(root, () => linkedNow(source, path));
    }
  }

  function swap(temp: string, path: string, expected: Etag): boolean {
    return locked(root, () => {
      if (etagNow(path) !== expected) return false;
      renameSync(temp, path);
      return true;
    });
  }

  function replace(temp: string, path: string): true {
    return locked(root, () => {
      mkdirSync(dirname(path), { recursive: true });
      renameSync(temp, path);
      return true;
    });
  }

  function remove(path: string): void {
    try {
      for (const dir of locked(root, () => removeFile(path, root))) known.delete(dir);
    } catch (error) {
      // There is no root yet.
      if (!isAbsence(error)) throw error;
    }
  }

  async function place(temp: string, path: string, expect: Expectation | undefined): Promise<boolean> {
    if (expect === undefined) return replace(temp, path);
    return "absent" in expect ? create(temp, path) : swap(temp, path, expect.etag);
  }

  async function syncAll(paths: readonly string[]): Promise<void> {
    if (paths.length > fewFiles && (await syncAround(root))) return;
    const directories = new Set(paths.flatMap((path) => ancestors(path, root)));
    await inParallel(inFlight, [...paths, ...directories], syncPath);
  }

  async function flushOnce(): Promise<void> {
    const paths = [...unsynced];
    unsynced.clear();
    try {
      if (paths.length > 0) await syncAll(paths);
    } catch (error) {
      for (const path of paths) unsynced.add(path);
      throw error;
    }
  }

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
    flush() {
      // What an earlier call took is durable only when that call has ended.
      flushing = flushing.catch(() => {}).then(flushOnce);
      return flushing;
    },
    list(prefix) {
      return walk(root, prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix);
    },
    async delete(keys) {
      for (const key of keys) {
        remove(join(root, key));
        await setImmediate();
      }
    },
  };
  return withCheckedKeys(explained(store));
}

/** Every failure of the file system as a message that names the path and what to do. */
function explained(store: Required<ObjectStore>): ObjectStore {
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

async function syncAround(root: string): Promise<boolean> {
  const handle = await open(root, "r");
  try {
    return syncFileSystem(handle.fd);
  } finally {
    await handle.close();
  }
}

function hintFor(error: unknown): string | undefined {
  if (hasCode(error, "EACCES", "EPERM", "EROFS"))
    return "give the user that runs this the right to write there, or choose another folder";
  if (hasCode(error, "ENOSPC", "EDQUOT"))
    return "the disk is full: nothing was published; free some space and run again";
  if (hasCode(error, "ENOTDIR", "EEXIST")) return "a file stands where a folder is needed";
  if (hasCode(error, "EISDIR")) return "a folder stands where a file is needed";
  return undefined;
}
