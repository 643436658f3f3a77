import { unlessAborted } from "./abort.ts";
import type { Grace } from "./grace.ts";
import type { Lock } from "./ports.ts";

/** The same lock, but that nobody waits for longer than the grace. */
export function hurriedLock(lock: Lock, { limit }: Grace): Lock {
  const hurried = <T>(work: () => Promise<T>) => limit((over) => unlessAborted(over, work()));
  return {
    async acquire(key, wanted) {
      const acquiring = lock.acquire(key, wanted);
      const answer = await hurried(() => acquiring).catch((error: unknown) => {
        releaseLater(acquiring);
        throw error;
      });
      if ("busy" in answer) return answer;
      const { held } = answer;
      return { held: { ...held, release: () => hurried(() => held.release()) } };
    },
    holder: (key) => hurried(() => lock.holder(key)),
    break: (key) => hurried(() => lock.break(key)),
  };
}

/** Nobody waits for it any more: what is got all the same is given back, or else ends with its lease. */
function releaseLater(acquiring: ReturnType<Lock["acquire"]>): void {
  acquiring.then((answer) => ("held" in answer ? answer.held.release() : undefined)).catch(() => {});
}
