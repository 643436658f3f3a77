import { closeSync, linkSync, mkdirSync, openSync, readFileSync, rmdirSync, unlinkSync } from "node:fs";
import { link, open, opendir, readdir, stat, unlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { tempDir } from "../core/keys.ts";
import type { Etag, ObjectInfo } from "../core/ports.ts";
import { lockDescriptor } from "./os.ts";

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

export async function readIfThere(path: string, root: string): Promise<Uint8Array | undefined> {
  try {
    return await Bun.file(path).bytes();
  } catch (error) {
    await refuseUnlessAbsent(error, root);
    return undefined;
  }
}

/** A file where a folder of a key would be is an absence, but a file where the root would be is a mistake. */
async function refuseUnlessAbsent(error: unknown, root: string): Promise<void> {
  if (!isAbsence(error)) throw error;
  if (hasCode(error, "ENOTDIR")) await (await opendir(root)).close();
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
export async function linked(source: string, path: string): Promise<boolean> {
  try {
    await link(source, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** The same, made with its folder, without giving way to anything else in this process. */
export function linkedNow(source: string, path: string): boolean {
  mkdirSync(dirname(path), { recursive: true });
  try {
    linkSync(source, path);
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

/** Removes a file, and the directories that this empties; gives those. */
export function removeFile(path: string, root: string): string[] {
  const emptied: string[] = [];
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
  try {
    for (let dir = dirname(path); isBelow(dir, root); dir = dirname(dir)) {
      rmdirSync(dir);
      emptied.push(dir);
    }
  } catch {
    // Not empty, or gone already: either way there is nothing left to do.
  }
  return emptied;
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
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(async (error) => {
    await refuseUnlessAbsent(error, root);
    return [];
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
