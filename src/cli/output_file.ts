import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { IngestorError, reasonOf } from "../core/errors.ts";
import type { Shell } from "./shell.ts";

type Chunks = AsyncIterable<string | Uint8Array>;

/** Writes to standard output. A reader that has seen enough, as `head` has, ends it and is no error. */
export async function printChunks(chunks: Chunks, { print }: Pick<Shell, "print">): Promise<void> {
  try {
    for await (const chunk of chunks) await print(Buffer.from(chunk));
  } catch (error) {
    if (!isClosedPipe(error)) throw error;
  }
}

function isClosedPipe(error: unknown): boolean {
  const cause = error instanceof IngestorError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "EPIPE";
}

/**
 * Writes a file aside and then moves it into place: whoever reads it sees what it held before, or all of what it holds
 * now. What is no plain file (`/dev/null`, a named pipe) is written to as it is.
 */
export async function writeFile(target: string, chunks: Chunks): Promise<void> {
  const path = await orCannotWrite(target, () => realpath(target).catch(() => target));
  if (await isSpecial(path)) return writeInto(target, path, chunks, "w");
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await writeInto(target, aside, chunks, "wx");
    await orCannotWrite(target, () => rename(aside, path));
  } catch (error) {
    await rm(aside, { force: true }).catch(() => {});
    throw error;
  }
}

async function isSpecial(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

async function writeInto(target: string, path: string, chunks: Chunks, how: "w" | "wx"): Promise<void> {
  const file = await orCannotWrite(target, () => open(path, how));
  try {
    for await (const chunk of chunks) await orCannotWrite(target, () => file.appendFile(chunk));
  } finally {
    await orCannotWrite(target, () => file.close());
  }
}

async function orCannotWrite<T>(target: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw new IngestorError("STORAGE", `Cannot write "${target}": ${reasonOf(cause)}`, { cause });
  }
}
