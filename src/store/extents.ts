import type { StoredObservation } from "../core/observation.ts";
import { instantOf } from "./order.ts";
import type { SeriesExtent } from "./snapshot.ts";

/** One partition before and after a change. */
export interface PartitionChange {
  before: readonly StoredObservation[];
  after: readonly StoredObservation[];
}

export type Side = "first" | "last";

/** Where a series began or ended in a partition that changed, and does no longer. */
export interface LostEdge {
  code: string;
  side: Side;
  was: string;
  /** What all partitions that changed have now; undefined where they have nothing of the series. */
  found: string | undefined;
}

/**
 * Follows the extents of the series while partitions change, in whatever order. Counts are exact; where an edge is
 * lost, only the partitions that did not change can tell what it is now.
 */
export function trackExtents(known: ReadonlyMap<string, SeriesExtent>) {
  const before = new Map<string, SeriesExtent>();
  const after = new Map<string, SeriesExtent>();

  function change(partition: PartitionChange): void {
    widen(before, extentsOf(partition.before));
    widen(after, extentsOf(partition.after));
  }

  /** The extents now, with the lost edges where they were. */
  function settle(): { extents: Map<string, SeriesExtent>; lost: LostEdge[] } {
    const extents = new Map(known);
    const lost: LostEdge[] = [];
    for (const code of new Set([...before.keys(), ...after.keys()])) {
      const rest = without(known.get(code), before.get(code));
      const now = after.get(code);
      if (rest) extents.set(code, now ? joined(now, rest) : rest);
      else if (now) extents.set(code, now);
      else extents.delete(code);
      if (rest) lost.push(...lostEdges(code, rest, before.get(code), now));
    }
    return { extents, lost };
  }

  return { change, settle };
}

/** What the partitions that did not change have of a series: its edges lie no further out. */
function without(known: SeriesExtent | undefined, part: SeriesExtent | undefined): SeriesExtent | undefined {
  const count = (known?.count ?? 0) - (part?.count ?? 0);
  return known && count > 0 ? { ...known, count } : undefined;
}

function lostEdges(code: string, rest: SeriesExtent, before?: SeriesExtent, now?: SeriesExtent): LostEdge[] {
  const sides = (["first", "last"] as const).filter(
    (side) => before?.[side] === rest[side] && (now === undefined || outer(side, now[side], rest[side]) !== now[side]),
  );
  return sides.map((side) => ({ code, side, was: rest[side], found: now?.[side] }));
}

function widen(all: Map<string, SeriesExtent>, by: ReadonlyMap<string, SeriesExtent>): void {
  for (const [code, extent] of by) all.set(code, joined(all.get(code), extent));
}

/** The extents of the series in these observations, in any order. */
export function extentsOf(rows: Iterable<StoredObservation>): Map<string, SeriesExtent> {
  const extents = new Map<string, SeriesExtent>();
  for (const { internal_series_code: code, obs_time } of rows) {
    const extent = extents.get(code);
    if (extent === undefined) extents.set(code, { first: obs_time, last: obs_time, count: 1 });
    else {
      extent.first = outer("first", extent.first, obs_time);
      extent.last = outer("last", extent.last, obs_time);
      extent.count++;
    }
  }
  return extents;
}

/** The extent of one series from all of its observations, in any order; undefined where there are none. */
export function extentOf(rows: Iterable<StoredObservation>): SeriesExtent | undefined {
  return extentsOf(rows).values().next().value;
}

/** The extent of two parts of one series together. */
export function joined(one: SeriesExtent | undefined, other: SeriesExtent): SeriesExtent {
  if (one === undefined) return other;
  const first = outer("first", one.first, other.first);
  const last = outer("last", one.last, other.last);
  return { first, last, count: one.count + other.count };
}

/** The earlier of two times, or the later one. */
export function outer(side: Side, one: string, other: string): string {
  const isBefore = compareTimes(one, other) < 0;
  return isBefore === (side === "first") ? one : other;
}

/**
 * By local month, then by instant, then by text. In one time zone that is the order of instants. Where offsets are
 * mixed, a later partition still holds nothing earlier, and the order in which times are compared does not matter.
 */
function compareTimes(one: string, other: string): number {
  if (one === other) return 0;
  const [month, otherMonth] = [localMonthOf(one), localMonthOf(other)];
  if (month !== otherMonth) return month < otherMonth ? -1 : 1;
  return instantOf(one) - instantOf(other) || (one < other ? -1 : 1);
}

/** `2024-11` of an `obs_time`. */
export function localMonthOf(obs_time: string): string {
  return obs_time.slice(0, "2024-11".length);
}
