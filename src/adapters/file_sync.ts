import { open } from "node:fs/promises";
import { inParallel } from "../core/parallel.ts";
import { ancestors, syncPath } from "./fs.ts";
import { syncFileSystem } from "./os.ts";

/** Above this many new files one sync of the file system costs less than one of each file. */
const fewFiles = 64;
const inFlight = 16;

/** Remembers what was written below `root`; `flush` returns once all that would survive a loss of power. */
export function unsyncedFiles(root: string) {
  const unsynced = new Set<string>();
  let flushing = Promise.resolve();

  async function flushOnce(): Promise<void> {
    const paths = [...unsynced];
    unsynced.clear();
    try {
      if (paths.length > 0) await syncAll(root, paths);
    } catch (error) {
      for (const path of paths) unsynced.add(path);
      throw error;
    }
  }

  return {
    add: (path: string): void => void unsynced.add(path),
    flush(): Promise<void> {
      // What an earlier call took is durable only when that call has ended.
      flushing = flushing.catch(() => {}).then(flushOnce);
      return flushing;
    },
  };
}

async function syncAll(root: string, paths: readonly string[]): Promise<void> {
  if (paths.length > fewFiles && (await syncAround(root))) return;
  const directories = new Set(paths.flatMap((path) => ancestors(path, root)));
  await inParallel(inFlight, [...paths, ...directories], syncPath);
}

async function syncAround(root: string): Promise<boolean> {
  const handle = await open(root, "r");
  try {
    return syncFileSystem(handle.fd);
  } finally {
    await handle.close();
  }
}
