import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs";
import * as v from "valibot";
import { hasCode, isAbsence } from "./fs.ts";
import { tryLockDescriptor } from "./os.ts";

const noteSchema = v.object({
  token: v.pipe(v.number(), v.safeInteger()),
  holder: v.nullable(
    v.object({
      owner: v.string(),
      host: v.string(),
      run_id: v.string(),
      acquired_at: v.pipe(v.string(), v.isoTimestamp()),
    }),
  ),
});

/** What a lock file says: the last token given out, and who has the lock; null once it was given back. */
export type Note = v.InferOutput<typeof noteSchema>;

/** A lock file whose OS lock is ours until it is closed, or the process ends. */
export interface OwnedFile {
  note: Note | undefined;
  write(note: Note): void;
  /** Whether the path still leads to this file: otherwise others lock another one. */
  isInPlace(): boolean;
  close(): void;
}

/** Undefined where another process, or another part of this one, has the file's OS lock. */
export function openLocked(path: string): OwnedFile | undefined {
  const descriptor = openSync(path, "a+");
  try {
    if (!tryLockDescriptor(descriptor)) return closed(descriptor);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  const file: OwnedFile = {
    note: readNote(descriptor),
    write: (note) => writeNote(descriptor, note),
    isInPlace: () => inodeAt(path) === fstatSync(descriptor).ino,
    close: () => closeSync(descriptor),
  };
  // Somebody put another file there between the opening and the locking.
  return file.isInPlace() ? file : closed(descriptor);
}

function closed(descriptor: number): undefined {
  closeSync(descriptor);
}

/** Whether somebody has the OS lock of a file. To ask is to have it for an instant. */
export function isLocked(path: string): boolean {
  try {
    const descriptor = openSync(path, "r");
    try {
      return !tryLockDescriptor(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** Undefined where there is no file, or nothing whole in it. */
export function readNote(file: string | number): Note | undefined {
  try {
    const read = v.safeParse(noteSchema, JSON.parse(readFileSync(file, "utf8")));
    return read.success ? read.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function writeNote(descriptor: number, note: Note): void {
  ftruncateSync(descriptor, 0);
  writeSync(descriptor, `${JSON.stringify(note)}\n`);
}

/** Puts a new file in the place of one that somebody may have locked, and so leaves that lock without effect. */
export function replaceFile(path: string, note: Note): void {
  const beside = `${path}.${process.pid}.new`;
  const descriptor = openSync(beside, "w");
  try {
    writeNote(descriptor, note);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, path);
}

function inodeAt(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}
