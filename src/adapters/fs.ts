import { closeSync, openSync, readFileSync } from "node:fs";
import { link, open, readdir, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Etag, ObjectInfo } from "../core/ports.ts";
import { lockDescriptor } from "./os.ts";

/** Where files are written before they are moved into place; no key leads there. */
export const tempDir = ".tmp";

/** True where nothing lies at a path, whatever stands in the way of it. */
export function isAbsence(error: unknown): boolean {
  return hasCode(error, "ENOENT", "ENOTDIR", "EISDIR");
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** The etag of a file is that of its content: the same after a copy, a restore or a restart. */
export function etagOf(body: Uint8Array): Etag {
  return new Bun.CryptoHasher("sha256").update(body).digest("hex").slice(0, 32);
}

export async function etagOfBlob(body: Blob): Promise<Etag> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of body.stream()) hasher.update(chunk);
  return hasher.digest("hex").slice(0, 32);
}

export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Bun.file(path).bytes();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** The etag at this very moment, without giving way to anything else in this process. */
export function etagNow(path: string): Etag | undefined {
  try {
    return etagOf(readFileSync(path));
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** A hard link fails where the name is taken: create-if-absent in one system call. */
export async function linked(temp: string, path: string): Promise<boolean> {
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Runs `section` while no other process is in one of its own on the same directory. It must not wait for anything. */
export function locked<T>(directory: string, section: () => T): T {
  const descriptor = openSync(directory, "r");
  try {
    lockDescriptor(descriptor);
    return section();
  } finally {
    closeSync(descriptor);
  }
}

/** Removes a file that may be gone already. */
export async function discard(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

export async function syncPath(path: string): Promise<void> {
  try {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // What was deleted since needs no sync.
    if (!isAbsence(error)) throw error;
  }
}

/** The directories from that of a path up to `root`. */
export function ancestors(path: string, root: string): string[] {
  const found: string[] = [];
  for (let dir = dirname(path); isBelow(dir, root); dir = dirname(dir)) found.push(dir);
  return [...found, root];
}

function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`);
}

/** Removes the directories that a delete has emptied. */
export async function removeEmpty(dir: string, root: string, forget: (dir: string) => void): Promise<void> {
  for (let path = dir; isBelow(path, root); path = dirname(path)) {
    try {
      forget(path);
      await rmdir(path);
    } catch {
      // Not empty, or gone already: either way there is nothing left to do.
      return;
    }
  }
}

/** Files that an earlier process left when it was killed. */
export async function removeStale(dir: string, olderThanMs: number): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names) {
    const path = join(dir, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > olderThanMs) await discard(path);
  }
}

/** The files below `root/folder` whose key begins with `prefix`, in the order of the bytes of their keys. */
export async function* walk(root: string, folder: string, prefix: string): AsyncIterable<ObjectInfo> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error) => {
    if (isAbsence(error)) return [];
    throw error;
  });
  const keys = entries.map((entry) => folder + entry.name + (entry.isDirectory() ? "/" : ""));
  for (const key of keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    if (key === `${tempDir}/`) continue;
    if (key.endsWith("/")) {
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* walk(root, key, prefix);
    } else if (key.startsWith(prefix)) {
      const found = await stat(join(root, key)).catch(() => undefined);
      if (found) yield { key, size: found.size, modified: found.mtime };
    }
  }
}
