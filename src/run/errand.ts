import type { Dataset } from "../config/dataset.ts";
import { locked } from "./holdings.ts";
import { requireTarget } from "./open_target.ts";
import type { RunPorts } from "./ports.ts";
import { newRunId } from "./run_id.ts";
import type { StoreTarget } from "./target.ts";

/** What is done to the store of one dataset beside its runs, and leaves no report there. */
export interface Errand {
  dataset: Dataset;
  ports: RunPorts;
  target: StoreTarget;
  /** Aborts on a signal, and when the lock is lost. */
  signal: AbortSignal;
}

/** Does `work` under the dataset's lock. */
export async function underLock<T>(dataset: Dataset, ports: RunPorts, work: (errand: Errand) => Promise<T>) {
  const target = await requireTarget(dataset, ports);
  const run_id = newRunId(ports.clock.now(), ports.random);
  const warn = (message: string) =>
    ports.notify({ kind: "warning", message }, { dataset_id: dataset.dataset_id, run_id });
  return locked(dataset, ports, { run_id, warn }, (lock) => {
    const signal = lock ? AbortSignal.any([ports.signal, lock.lost]) : ports.signal;
    return work({ dataset, ports, target: { ...target, token: lock?.token }, signal });
  });
}
