import type { StoredObservation } from "../core/observation.ts";
import { isoSeconds } from "../core/time.ts";
import type { Changelog } from "./manifest.ts";
import type { Merged } from "./merge.ts";
import { instantOf } from "./order.ts";
import type { Snapshot } from "./snapshot.ts";

/** Counts what the merges of one version found. */
export interface Tally {
  added: number;
  revised: number;
  withdrawn: number;
  /** The series with an observation added, revised or withdrawn. */
  codes: Set<string>;
  /** Milliseconds since 1970 of the earliest and latest of these. */
  earliest: number;
  latest: number;
}

export function newTally(): Tally {
  return { added: 0, revised: 0, withdrawn: 0, codes: new Set(), earliest: Infinity, latest: -Infinity };
}

export function count(tally: Tally, merged: Merged): void {
  tally.added += merged.added.length;
  tally.revised += merged.revised.length;
  tally.withdrawn += merged.withdrawn.length;
  for (const changed of [merged.added, merged.revised, merged.withdrawn]) for (const row of changed) note(tally, row);
}

function note(tally: Tally, row: StoredObservation): void {
  const instant = instantOf(row.obs_time);
  tally.codes.add(row.internal_series_code);
  tally.earliest = Math.min(tally.earliest, instant);
  tally.latest = Math.max(tally.latest, instant);
}

export function changelogOf(tally: Tally, before: Snapshot, full: boolean): Changelog {
  const codes = [...tally.codes].toSorted();
  return {
    new_series: codes.filter((code) => !before.series.has(code)),
    updated_series: codes.filter((code) => before.series.has(code)),
    data_points_added: tally.added,
    data_points_revised: tally.revised,
    data_points_withdrawn: full ? tally.withdrawn : null,
  };
}

export function dateRangeOf({ earliest, latest }: Tally) {
  if (earliest > latest) return { min_obs_time: null, max_obs_time: null };
  return { min_obs_time: isoSeconds(new Date(earliest)), max_obs_time: isoSeconds(new Date(latest)) };
}
