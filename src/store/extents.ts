import type { StoredObservation } from "../core/observation.ts";
import { instantOf } from "./order.ts";
import type { SeriesExtent } from "./snapshot.ts";

/** One partition before and after a change. */
export interface PartitionChange {
  before: readonly StoredObservation[];
  after: readonly StoredObservation[];
}

/**
 * Keeps the extents of the series up to date while partitions change. A series that loses its first or last
 * observation is `uncertain`: only its other partitions can tell where it begins and ends then.
 */
export function trackExtents(before: ReadonlyMap<string, SeriesExtent>) {
  const extents = new Map(before);
  const uncertain = new Set<string>();

  function change({ before, after }: PartitionChange): void {
    const lost = countBySeries(before);
    for (const row of after) {
      const code = row.internal_series_code;
      lost.set(code, (lost.get(code) ?? 0) - 1);
      extents.set(code, widened(extents.get(code), row));
    }
    for (const [code, balance] of lost) shrink(code, balance);
    if (before.length === 0) return;
    const kept = new Set(after.map(identity));
    for (const row of before) if (!kept.has(identity(row)) && isEdge(row)) uncertain.add(row.internal_series_code);
  }

  function shrink(code: string, by: number): void {
    const extent = extents.get(code);
    if (extent === undefined) return;
    extents.set(code, { ...extent, count: extent.count - by });
    if (extent.count - by === 0) extents.delete(code);
  }

  function isEdge({ internal_series_code: code, obs_time }: StoredObservation): boolean {
    const extent = extents.get(code);
    return extent !== undefined && (extent.first === obs_time || extent.last === obs_time);
  }

  return { change, extents, uncertain };
}

/** The extent of one series from all of its observations, in any order; undefined where there are none. */
export function extentOf(rows: Iterable<StoredObservation>): SeriesExtent | undefined {
  let extent: SeriesExtent | undefined;
  for (const row of rows) {
    const wider = widened(extent, row);
    extent = { ...wider, count: wider.count + 1 };
  }
  return extent;
}

/** The extent of two parts of one series together. */
export function joined(one: SeriesExtent | undefined, other: SeriesExtent): SeriesExtent {
  if (one === undefined) return other;
  const first = instantOf(other.first) < instantOf(one.first) ? other.first : one.first;
  const last = instantOf(other.last) > instantOf(one.last) ? other.last : one.last;
  return { first, last, count: one.count + other.count };
}

function widened(extent: SeriesExtent | undefined, { obs_time }: StoredObservation): SeriesExtent {
  if (extent === undefined) return { first: obs_time, last: obs_time, count: 0 };
  const instant = instantOf(obs_time);
  const first = instant < instantOf(extent.first) ? obs_time : extent.first;
  const last = instant > instantOf(extent.last) ? obs_time : extent.last;
  return first === extent.first && last === extent.last ? extent : { ...extent, first, last };
}

function identity(row: StoredObservation): string {
  return `${row.obs_time} ${row.internal_series_code}`;
}

function countBySeries(rows: readonly StoredObservation[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.internal_series_code, (counts.get(row.internal_series_code) ?? 0) + 1);
  return counts;
}
