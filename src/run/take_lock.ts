import type { LockSettings } from "../config/dataset.ts";
import { IngestorError } from "../core/errors.ts";
import type { HeldLock, LockHolder } from "../core/ports.ts";
import { holderText } from "./holder_text.ts";
import type { RunPorts } from "./ports.ts";

const shortestPause = 250;
const longestPause = 4_000;

/** Takes a lock, and where it is busy waits for as long as the ports say. Throws `BUSY` after that. */
export async function takeLock(
  settings: LockSettings,
  dataset_id: string,
  ports: RunPorts,
  run_id: string,
): Promise<HeldLock> {
  const lock = ports.openLock(settings);
  const giveUp = ports.clock.now().getTime() + (ports.waitMs ?? 0);
  for (let attempt = 0; ; attempt++) {
    ports.signal.throwIfAborted();
    const answer = await lock.acquire(settings.key, { owner: ports.owner, run_id });
    if ("held" in answer) return answer.held;
    const left = giveUp - ports.clock.now().getTime();
    if (left <= 0) throw busy(dataset_id, answer.busy);
    if (attempt === 0) ports.notify({ kind: "warning", message: waiting(dataset_id, answer.busy) });
    await ports.sleep(Math.min(left, pauseAfter(attempt, ports)), ports.signal);
  }
}

/** Longer each time, and never in step with others that wait. */
function pauseAfter(attempt: number, { random }: RunPorts): number {
  return Math.min(longestPause, shortestPause * 2 ** attempt) * (0.5 + random() / 2);
}

function waiting(dataset_id: string, holder: LockHolder): string {
  return `"${dataset_id}" waits for its lock: ${holderText(holder)}`;
}

function busy(dataset_id: string, holder: LockHolder): IngestorError {
  return new IngestorError("BUSY", `Cannot run "${dataset_id}": ${holderText(holder)}`, {
    hint: `wait for that run to end, as --wait 10m does; where it is no more: ingestor lock break ${dataset_id}`,
  });
}
