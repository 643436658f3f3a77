import { unlessAborted } from "./abort.ts";
import type { Grace } from "./grace.ts";
import type { Lock } from "./ports.ts";

/** The same lock, but that nobody waits for longer than the grace. What is given up in that way ends with its lease. */
export function hurriedLock(lock: Lock, { limit }: Grace): Lock {
  const hurried = <T>(work: () => Promise<T>) => limit((over) => unlessAborted(over, work()));
  return {
    async acquire(key, wanted) {
      const answer = await hurried(() => lock.acquire(key, wanted));
      if ("busy" in answer) return answer;
      const { held } = answer;
      return { held: { ...held, release: () => hurried(() => held.release()) } };
    },
    holder: (key) => hurried(() => lock.holder(key)),
    break: (key) => hurried(() => lock.break(key)),
  };
}
