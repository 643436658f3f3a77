/** How much may be under way at once. */
export interface Ahead<T> {
  items: number;
  /** The sum of the weights; a single item may be heavier. */
  weight: number;
  weightOf(item: T): number;
}

/** Gives what `work` makes of every item, in the order of the items, while it already works on the next ones. */
export async function* workAhead<T, R>(
  items: Iterable<T>,
  work: (item: T) => Promise<R>,
  most: Ahead<T>,
): AsyncGenerator<R, void, void> {
  const underWay: { result: Promise<R>; weight: number }[] = [];
  const source = items[Symbol.iterator]();
  let next = source.next();
  let weight = 0;

  const hasRoom = (item: T) =>
    underWay.length === 0 || (underWay.length < most.items && weight + most.weightOf(item) <= most.weight);

  function start(item: T): void {
    const result = work(item);
    // Whoever waits for it is told of a failure; until then nobody waits.
    result.catch(() => {});
    weight += most.weightOf(item);
    underWay.push({ result, weight: most.weightOf(item) });
  }

  try {
    for (;;) {
      for (; !next.done && hasRoom(next.value); next = source.next()) start(next.value);
      const first = underWay.shift();
      if (first === undefined) return;
      const result = await first.result;
      weight -= first.weight;
      yield result;
    }
  } finally {
    await Promise.allSettled(underWay.map(({ result }) => result));
  }
}
