import type { Time } from "../../src/adapters/lease.ts";

/** A time that passes when the test says so. */
export interface FakeTime extends Time {
  /** Lets so many seconds pass; whatever sleeps meanwhile wakes up in turn. */
  pass(seconds: number): Promise<void>;
  /** As a process that is stopped sees it: the clock goes on, and nothing wakes up. */
  pause(seconds: number): void;
}

interface Sleeper {
  at: number;
  wake(): void;
}

export function fakeTime(start = "2026-04-21T12:00:00Z"): FakeTime {
  let now = Date.parse(start);
  const sleepers = new Set<Sleeper>();
  let fallsAsleep = Promise.withResolvers<void>();

  /** What wakes up may talk to a server before it sleeps again, or may have nothing more to sleep for. */
  async function sleepsAgain(): Promise<void> {
    await Promise.race([fallsAsleep.promise, Bun.sleep(500)]);
  }

  async function pass(seconds: number): Promise<void> {
    const end = now + seconds * 1000;
    for (;;) {
      const [next] = [...sleepers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      now = Math.max(now, next.at);
      fallsAsleep = Promise.withResolvers();
      next.wake();
      await sleepsAgain();
    }
    now = Math.max(now, end);
  }

  return {
    now: () => new Date(now),
    sleep(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { at: now + ms, wake: () => (sleepers.delete(sleeper), resolve()) };
      sleepers.add(sleeper);
      fallsAsleep.resolve();
      const cut = () => (sleepers.delete(sleeper), reject(signal.reason));
      if (signal.aborted) cut();
      else signal.addEventListener("abort", cut, { once: true });
      return promise;
    },
    pass,
    pause: (seconds) => void (now += seconds * 1000),
  };
}
