import { unlessAborted } from "../core/abort.ts";
import { batchSize } from "../core/observation.ts";

/** Arrays of up to `batchSize` items; a plain iterable is pulled without waiting between items. */
export async function* inBatches<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterable<T[]> {
  let batch: T[] = [];
  const isFull = (item: T) => batch.push(item) >= batchSize;
  const taken = () => {
    const full = batch;
    batch = [];
    return full;
  };
  if (Symbol.asyncIterator in items) {
    for await (const item of items) if (isFull(item)) yield taken();
  } else {
    for (const item of items) if (isFull(item)) yield taken();
  }
  if (batch.length > 0) yield batch;
}

/** Adds up how long the consumer waits for the items of an iterable, in milliseconds. */
export interface Meter {
  waited: number;
}

/** Stops waiting when the signal aborts, whatever the iterable does about it. */
export async function* metered<T>(
  items: AsyncIterable<T>,
  meter: Meter,
  now: () => Date,
  signal: AbortSignal,
): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const began = now().getTime();
      const next = await unlessAborted(signal, iterator.next());
      meter.waited += now().getTime() - began;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (!signal.aborted) await iterator.return?.();
  }
}
