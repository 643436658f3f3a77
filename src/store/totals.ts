import { instantOf } from "./order.ts";
import type { Site } from "./site.ts";
import type { Snapshot } from "./snapshot.ts";

/** A version in three numbers. */
export interface Totals {
  series: number;
  observations: number;
  /** The latest of all series. */
  last_obs_time: string | null;
}

export function totalsOf({ series }: Snapshot): Totals {
  let [observations, last]: [number, string | null] = [0, null];
  for (const extent of series.values()) {
    observations += extent.count;
    if (last === null || instantOf(extent.last) > instantOf(last)) last = extent.last;
  }
  return { series: series.size, observations, last_obs_time: last };
}

/** The bytes of all that the dataset has in its store: every version, projections, archives and reports. */
export async function bytesOf({ objects, keys }: Site): Promise<number> {
  let bytes = 0;
  for await (const { size } of objects.list(keys.root)) bytes += size;
  return bytes;
}
