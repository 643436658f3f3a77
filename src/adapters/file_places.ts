import { mkdirSync, renameSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { tempDir } from "../core/keys.ts";
import type { Etag, Expectation } from "../core/ports.ts";
import { discard, etagNow, hasCode, isAbsence, linked, linkedNow, locked, removeFile, removeStale } from "./fs.ts";

const staleAfter = 86_400_000;

/**
 * Moves files that were written aside into their places below a directory. Whatever changes a file that is there takes
 * an OS lock on the directory itself, which keeps other processes out and leaves nothing behind.
 */
export function filePlaces(root: string) {
  const known = new Set<string>();
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
    if (!placed || isCreation(expect)) await discard(temp);
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

  async function place(temp: string, path: string, expect: Expectation | undefined): Promise<boolean> {
    if (expect === undefined) return replace(temp, path);
    return "absent" in expect ? create(temp, path) : swap(temp, path, expect.etag);
  }

  function remove(path: string): void {
    try {
      for (const dir of locked(root, () => removeFile(path, root))) known.delete(dir);
    } catch (error) {
      // There is no root yet.
      if (!isAbsence(error)) throw error;
    }
  }

  return { fromTemp, place, create, swap, remove };
}

/** Whether nothing may be in the place. */
export function isCreation(expect: Expectation | undefined): boolean {
  return expect !== undefined && "absent" in expect;
}
