import type { StoredObservation } from "../core/observation.ts";
import { isoSeconds } from "../core/time.ts";
import type { Changelog } from "./manifest.ts";
import type { Merged, MergeRules } from "./merge.ts";
import { instantOf } from "./order.ts";
import type { Snapshot } from "./snapshot.ts";

/** Counts what the merges of one version found, and describes what the version changes: not what is kept as it was. */
export interface Tally {
  added: number;
  revised: number;
  withdrawn: number;
  /** Of those that were added, how many at most were there before at another place. */
  moved: number;
  /** Observations that the version adds, or has another value of. */
  points: number;
  /** The series with an observation that the version adds, changes or drops. */
  codes: Set<string>;
  /** Milliseconds since 1970 of the earliest and latest of these. */
  earliest: number;
  latest: number;
}

export function newTally(): Tally {
  return {
    added: 0,
    revised: 0,
    withdrawn: 0,
    moved: 0,
    points: 0,
    codes: new Set(),
    earliest: Infinity,
    latest: -Infinity,
  };
}

export function count(
  tally: Tally,
  { added, revised, withdrawn, moved }: Merged,
  { on_revision, on_withdrawal }: Pick<MergeRules, "on_revision" | "on_withdrawal">,
): void {
  tally.added += added.length;
  tally.revised += revised.length;
  tally.moved += moved.length;
  tally.withdrawn += withdrawn.length;
  const replaced = on_revision === "keep" ? [] : revised;
  const dropped = on_withdrawal === "keep" ? [] : withdrawn;
  tally.points += added.length + replaced.length;
  for (const changed of [added, replaced, dropped, moved]) note(tally, changed);
}

/** With what only changed its place among the revised: nothing is new of it. */
export function withMoves(tally: Tally): Tally {
  const moved = Math.min(tally.moved, tally.added);
  return { ...tally, added: tally.added - moved, revised: tally.revised + moved, moved: 0 };
}

/** The rows are in order of time, so that the first and the last tell how far they reach. */
function note(tally: Tally, rows: readonly StoredObservation[]): void {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return;
  tally.earliest = Math.min(tally.earliest, instantOf(first.obs_time));
  tally.latest = Math.max(tally.latest, instantOf(last.obs_time));
  for (const row of rows) tally.codes.add(row.internal_series_code);
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
