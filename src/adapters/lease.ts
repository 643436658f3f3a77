import { reasonOf } from "../core/errors.ts";
import type { Clock, HeldLock, Sleep } from "../core/ports.ts";

/** The time, and the passing of it; a test owns both. */
export interface Time extends Clock {
  sleep: Sleep;
}

export interface Tenancy {
  /** When the lease ends unless it is renewed; undefined: never. */
  until: Date | undefined;
  /** Milliseconds from one renewal to the next. */
  every: number;
  /** Says when the lease now ends, or why it is lost. What it throws is tried again for as long as the lease lasts. */
  renew(): Promise<{ until: Date | undefined } | { lost: string }>;
}

export interface Lease extends Pick<HeldLock, "lost" | "check"> {
  /** For what the tenancy cannot know: it is lost, and this is why. */
  lose(why: string): void;
  /** No more renewals. */
  end(): void;
}

/** Where a renewal failed, it is tried again so many times within the usual interval. */
const triesInOne = 5;

/** Renews a lease until it is ended or lost. */
export function keepLease({ until: first, every, renew }: Tenancy, { now, sleep }: Time): Lease {
  const lost = new AbortController();
  const ended = new AbortController();
  const over = AbortSignal.any([lost.signal, ended.signal]);
  let until = first;
  let failure: unknown;

  function lose(why: string): void {
    if (!over.aborted) lost.abort(new Error(why));
  }

  function isOver(): boolean {
    const late = until === undefined ? -1 : now().getTime() - until.getTime();
    if (late >= 0) lose(`the lease ended ${Math.round(late / 1000)} s ago${because(failure)}`);
    return over.aborted;
  }

  async function renewOnce(): Promise<void> {
    const answer = await renew();
    failure = undefined;
    if ("lost" in answer) lose(answer.lost);
    else until = answer.until;
  }

  async function keep(): Promise<void> {
    while (!isOver()) {
      const left = until === undefined ? Infinity : until.getTime() - now().getTime();
      await sleep(Math.min(left, failure === undefined ? every : every / triesInOne), over);
      // Before it is asked for more: a lease that has ended may be another's by now.
      if (!isOver()) await renewOnce().catch((error: unknown) => (failure = error));
    }
  }

  // All that it throws is that a sleep was cut short.
  keep().catch(() => {});
  return {
    lost: lost.signal,
    check() {
      isOver();
      lost.signal.throwIfAborted();
    },
    lose,
    end: () => ended.abort(),
  };
}

function because(failure: unknown): string {
  return failure === undefined ? "" : ` and could not be renewed: ${reasonOf(failure)}`;
}
