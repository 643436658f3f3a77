import { IngestorError, reasonOf } from "../core/errors.ts";
import type { Dataset } from "../config/dataset.ts";
import type { HeldLock } from "../core/ports.ts";
import type { RunPorts } from "./ports.ts";
import { takeLock } from "./take_lock.ts";

/** Who holds a lock, and who is told what could not be tidied up. */
export interface Holder {
  run_id: string;
  warn(message: string): void;
}

/** Holds the dataset's lock, where it has one, while `work` is done. Throws `BUSY` where another run holds it. */
export async function locked<T>(
  { lock: settings, dataset_id }: Dataset,
  ports: RunPorts,
  holder: Holder,
  work: (lock: HeldLock | undefined) => Promise<T>,
): Promise<T> {
  if (settings === undefined) return work(undefined);
  const held = await takeLock(settings, dataset_id, ports, holder.run_id);
  try {
    return await work(held);
  } catch (error) {
    throw held.lost.aborted && !(error instanceof IngestorError) ? lockLost(dataset_id, held.lost.reason) : error;
  } finally {
    await tidy(holder, `release the lock of "${dataset_id}"`, () => held.release());
  }
}

function lockLost(dataset_id: string, cause: unknown): IngestorError {
  return new IngestorError("CONFLICT", `Cannot go on with "${dataset_id}": the lock was lost: ${reasonOf(cause)}`, {
    hint: "no version was published; run again",
    cause,
  });
}

/** Keeps a folder for `work` to write into, and removes it after that. */
export async function inTempDir<T>(
  ports: RunPorts,
  holder: Pick<Holder, "warn">,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const { path, remove } = await ports.tempDir();
  try {
    return await work(path);
  } finally {
    await tidy(holder, `remove the temporary folder "${path}"`, remove);
  }
}

/** What cannot be tidied up must not hide what came of the run. */
async function tidy({ warn }: Pick<Holder, "warn">, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    warn(`Cannot ${what}: ${reasonOf(error)}`);
  }
}
