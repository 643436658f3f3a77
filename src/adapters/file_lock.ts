import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { IngestorError, reasonOf } from "../core/errors.ts";
import type { HeldLock, Lock, LockHolder } from "../core/ports.ts";
import { hasCode } from "./fs.ts";
import { keepLease, type Time } from "./lease.ts";
import { isLocked, openLocked, readNote, replaceFile, type Note, type OwnedFile } from "./lock_file.ts";

/** How often a holder looks whether its file is still in place. */
const every = 5_000;
/** Whoever asks for the holder has the OS lock for an instant, which must not look like a run. */
const tries = 3;
const pause = 20;

/**
 * A lock of the operating system on a file for each key, below one folder: it ends with its process, however that
 * ends. The file stays, for the tokens and to say who holds it.
 */
export function fileLock(folder: string, time: Time): Lock {
  const pathOf = (key: string) => join(folder, fileNameOf(key));

  /** A token is also greater than those of a file that is no more. */
  const after = (note: Note | undefined) => Math.max((note?.token ?? 0) + 1, time.now().getTime());

  function hold(file: OwnedFile, wanted: { owner: string; run_id: string }): HeldLock {
    const token = after(file.note);
    const holder = { ...wanted, host: hostname(), acquired_at: time.now().toISOString() };
    noteDown(file, { token, holder });
    const renew = async () => (file.isInPlace() ? { until: undefined } : { lost: gone });
    const { lost, check, lose, end } = keepLease({ until: undefined, every, renew }, time);
    let open = true;
    return {
      token,
      lost,
      check() {
        if (open && !file.isInPlace()) lose(gone);
        check();
      },
      async release() {
        end();
        if (!open) return;
        open = false;
        file.write({ token, holder: null });
        file.close();
      },
    };
  }

  async function take(path: string): Promise<OwnedFile | undefined> {
    mkdirSync(folder, { recursive: true });
    for (let attempt = 1; ; attempt++) {
      const file = openLocked(path);
      if (file !== undefined || attempt === tries) return file;
      await Bun.sleep(pause);
    }
  }

  return {
    async acquire(key, wanted) {
      const path = pathOf(key);
      return orExplain("take", path, async () => {
        const file = await take(path);
        return file ? { held: hold(file, wanted) } : { busy: holderIn(readNote(path)) };
      });
    },
    async holder(key) {
      const path = pathOf(key);
      return orExplain("read", path, async () => (isLocked(path) ? holderIn(readNote(path)) : undefined));
    },
    async break(key) {
      const path = pathOf(key);
      return orExplain("break", path, async () => {
        if (!isLocked(path)) return undefined;
        const note = readNote(path);
        replaceFile(path, { token: after(note), holder: null });
        return holderIn(note);
      });
    },
  };
}

/** Without its note the lock is given back: nobody could say whose it is. */
function noteDown(file: OwnedFile, note: Note): void {
  try {
    file.write(note);
  } catch (error) {
    file.close();
    throw error;
  }
}

const gone = "somebody broke it, or removed its file";

/** A key may be any text; a name of a file may not. */
function fileNameOf(key: string): string {
  const name = encodeURIComponent(key.toWellFormed());
  if (name.length <= 200) return `${name}.lock`;
  return `${name.slice(0, 160)}-${new Bun.CryptoHasher("sha256").update(key).digest("hex").slice(0, 32)}.lock`;
}

function holderIn(note: Note | undefined): LockHolder {
  const { owner = "", host = "", run_id = "", acquired_at } = note?.holder ?? {};
  const since = acquired_at === undefined ? undefined : new Date(acquired_at);
  return { owner, host, run_id, acquired_at: since, expires_at: undefined };
}

async function orExplain<T>(verb: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new IngestorError("STORAGE", `Cannot ${verb} the lock "${path}": ${reasonOf(cause)}`, {
      cause,
      hint: hasCode(cause, "EACCES", "EPERM", "EROFS")
        ? "give the user that runs this the right to write there, or name another folder in lock.path"
        : undefined,
    });
  }
}
