/** The value first seen of a series at an instant: undefined and remembered if this is the first. */
export type Sight = (internal_series_code: string, instant: number, value: number) => number | undefined;

/**
 * Finds duplicates among the points of one run. Sources are mostly in order of time, upwards or downwards: then a point
 * costs two numbers in an array. A map would cost two to four times the memory, and is kept for what is out of order.
 */
export function firstSightings(): Sight {
  const bySeries = new Map<string, (instant: number, value: number) => number | undefined>();
  return (code, instant, value) => {
    let sight = bySeries.get(code);
    if (!sight) bySeries.set(code, (sight = sightsOfOne()));
    return sight(instant, value);
  };
}

function sightsOfOne() {
  const instants: number[] = [];
  const values: number[] = [];
  const outOfOrder = new Map<number, number>();
  let direction = 1;

  return (instant: number, value: number): number | undefined => {
    const last = instants.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (instants.length === 1 && instant < last) direction = -1;
    if ((instant - last) * direction > 0) {
      instants.push(instant);
      values.push(value);
      return undefined;
    }
    const index = searchOrdered(instants, instant, direction);
    const earlier = instants[index] === instant ? values[index] : outOfOrder.get(instant);
    if (earlier === undefined) outOfOrder.set(instant, value);
    return earlier;
  };
}

/** Where the instant is, or would have to be. */
function searchOrdered(instants: readonly number[], instant: number, direction: number): number {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (((instants[middle] ?? 0) - instant) * direction < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
