import { renameSync } from "node:fs";
import { link, mkdir, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IngestorError, reasonOf } from "../core/errors.ts";
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
  locked,
  readIfThere,
  removeEmpty,
  removeStale,
  syncPath,
  tempDir,
  walk,
} from "./fs.ts";
import { syncFileSystem } from "./os.ts";

/** Above this many new files one sync of the file system costs less than one of each file. */
const fewFiles = 64;
const inFlight = 16;
const staleAfter = 86_400_000;

/**
 * Objects as files below a directory. Each is written aside and moved into place; compare-and-swap is kept apart
 * from other processes by an OS lock on the directory itself, which leaves nothing behind.
 */
export function fileStore(root: string): ObjectStore {
  const known = new Set<string>();
  const unsynced = new Set<string>();
  let temporaries = 0;

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

  /** The folder may vanish between its making and the move, when a delete empties it. */
  async function into<T>(path: string, move: () => T | Promise<T>): Promise<T> {
    await makeDir(dirname(path));
    try {
      return await move();
    } catch (error) {
      if (!isAbsence(error)) throw error;
      known.delete(dirname(path));
      await makeDir(dirname(path));
      return move();
    }
  }

  async function swap(temp: string, path: string, expected: Etag): Promise<boolean> {
    return into(path, () =>
      locked(root, () => {
        if (etagNow(path) !== expected) return false;
        renameSync(temp, path);
        return true;
      }),
    );
  }

  async function place(temp: string, path: string, expect: Expectation | undefined): Promise<boolean> {
    if (expect === undefined) return into(path, () => rename(temp, path).then(() => true));
    if ("absent" in expect) return into(path, () => linked(temp, path));
    return swap(temp, path, expect.etag);
  }

  async function syncAll(paths: readonly string[]): Promise<void> {
    if (paths.length > fewFiles && (await syncAround(root))) return;
    const directories = new Set(paths.flatMap((path) => ancestors(path, root)));
    await inParallel(inFlight, [...paths, ...directories], syncPath);
  }

  const store: Required<ObjectStore> = {
    name: root,
    async get(key) {
      const body = await readIfThere(pathOf(root, key));
      return body && { body, etag: etagOf(body) };
    },
    async put(key, body, expect) {
      const path = pathOf(root, key);
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
      const [source, path] = [pathOf(root, from), pathOf(root, to)];
      if ("absent" in expect) return into(path, () => linked(source, path));
      return fromTemp(expect, async (temp) => {
        await link(source, temp);
        return swap(temp, path, expect.etag);
      });
    },
    async flush() {
      const paths = [...unsynced];
      unsynced.clear();
      if (paths.length > 0) await syncAll(paths);
    },
    list(prefix) {
      return walk(root, prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix);
    },
    async delete(keys) {
      await inParallel(inFlight, keys, async (key) => {
        const path = pathOf(root, key);
        await discard(path);
        await removeEmpty(dirname(path), root, (dir) => known.delete(dir));
      });
    },
  };
  return explained(store);
}

/** Every failure of the file system as a message that names the path and what to do. */
function explained(store: Required<ObjectStore>): ObjectStore {
  const because = (verb: string, key: string) => (error: unknown) => {
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

function pathOf(root: string, key: string): string {
  const segments = key.split("/");
  const leaves = segments.some((segment) => segment === "" || segment === "." || segment === "..");
  if (leaves || segments[0] === tempDir || /[\\\0]/.test(key)) {
    throw new IngestorError("STORAGE", `Cannot use "${key}" as a key: it leads out of the store`);
  }
  return join(root, ...segments);
}

function hintFor(error: unknown): string | undefined {
  if (hasCode(error, "EACCES", "EPERM", "EROFS"))
    return "give the user that runs this the right to write there, or choose another folder";
  if (hasCode(error, "ENOSPC", "EDQUOT"))
    return "the disk is full: nothing was published; free some space and run again";
  if (hasCode(error, "ENOTDIR", "EEXIST")) return "a file stands where a folder is needed";
  return undefined;
}
