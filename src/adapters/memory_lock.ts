import type { Lock, LockHolder } from "../core/ports.ts";

const forever = new Date("9999-12-31T23:59:59Z");

/** Keeps the runs of one process apart. Its lease never ends: the lock is gone with the process. */
export function memoryLock(now: () => Date): Lock {
  const holders = new Map<string, LockHolder>();
  let tokens = 0;
  return {
    async acquire(key, wanted) {
      const busy = holders.get(key);
      if (busy) return { busy };
      const holder = { ...wanted, acquired_at: now(), expires_at: forever };
      holders.set(key, holder);
      const release = async () => {
        if (holders.get(key) === holder) holders.delete(key);
      };
      return { held: { token: ++tokens, lost: new AbortController().signal, release } };
    },
  };
}
