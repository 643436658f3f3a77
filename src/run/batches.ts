import { batchSize } from "../core/observation.ts";

/** Arrays of up to `batchSize` items; a plain iterable is pulled without waiting between items. */
export async function* inBatches<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterable<T[]> {
  let batch: T[] = [];
  if (Symbol.asyncIterator in items) {
    for await (const item of items) {
      batch.push(item);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
  } else {
    for (const item of items) {
      batch.push(item);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Adds up how long the consumer waits for the items of an iterable, in milliseconds. */
export interface Meter {
  waited: number;
}

export async function* metered<T>(items: AsyncIterable<T>, meter: Meter, now: () => Date): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const began = now().getTime();
      const next = await iterator.next();
      meter.waited += now().getTime() - began;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
