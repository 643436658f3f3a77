import type { StoredObservation } from "../core/observation.ts";

const known = new Map<string, number>();

/** Milliseconds since 1970 of an `obs_time`; remembered, within bounds, for times repeat from series to series. */
export function instantOf(obs_time: string): number {
  const found = known.get(obs_time);
  if (found !== undefined) return found;
  if (known.size > 50_000) known.clear();
  const instant = Date.parse(obs_time);
  known.set(obs_time, instant);
  return instant;
}

/** The order of observations in a file: by instant, then by series. 0 means that they are of one series and instant. */
export function compareObservations(a: StoredObservation, b: StoredObservation): number {
  const later = instantOf(a.obs_time) - instantOf(b.obs_time);
  if (later !== 0 || a.internal_series_code === b.internal_series_code) return later;
  return a.internal_series_code < b.internal_series_code ? -1 : 1;
}

/** Whether two observations of one series and instant say the same, whenever they were first seen. */
export function saysTheSame(a: StoredObservation, b: StoredObservation): boolean {
  return a.value === b.value && a.unit === b.unit && a.frequency === b.frequency && a.obs_time === b.obs_time;
}
