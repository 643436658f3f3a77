/**
 * How long a request may go on once the program is to end. Containers are killed some 30 seconds after they were told
 * to stop, and before that all has to be released.
 */
const graceMs = 5_000;
/** For each that begins when as long as that has passed: however many still follow, each of them is short. */
const lateGraceMs = 2_000;

export interface Grace {
  /** Aborts when the program is to end; nothing is tried again then. */
  readonly stop: AbortSignal;
  /** Does the work of one request, whose signal aborts when its grace is over, with the reason of `stop`. */
  limit<T>(request: (over: AbortSignal) => Promise<T>): Promise<T>;
}

/** Without a signal, the program never ends before its requests. */
export function openGrace(
  stop: AbortSignal = new AbortController().signal,
  { first = graceMs, late = lateGraceMs }: { first?: number; late?: number } = {},
): Grace {
  let left = first;
  whenAborted(stop, () => setTimeout(() => (left = late), first).unref());

  return {
    stop,
    async limit(request) {
      const over = new AbortController();
      let timer: Timer | undefined;
      const forget = whenAborted(stop, () => {
        timer = setTimeout(() => over.abort(stop.reason), left);
      });
      try {
        return await request(over.signal);
      } finally {
        forget();
        clearTimeout(timer);
      }
    },
  };
}

/** At once where it has aborted already. Gives how to take it back. */
function whenAborted(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}
