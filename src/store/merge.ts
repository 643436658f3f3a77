import type { StorePolicy } from "../config/policy.ts";
import type { StoredObservation } from "../core/observation.ts";
import { compareObservations, instantOf, saysTheSame } from "./order.ts";

export interface MergeRules extends Pick<StorePolicy, "on_revision" | "on_withdrawal"> {
  /** Whether the fresh observations are all that the source has, so that what lacks was withdrawn. */
  full: boolean;
  /** What is earlier (milliseconds since 1970) was not read again, and so is not withdrawn. */
  since: number;
  /** Whether the source has this observation at another place: in another partition, or at another offset. */
  moved?(old: StoredObservation): boolean;
}

/** A partition after a merge, and what became of its observations. */
export interface Merged {
  rows: StoredObservation[];
  added: StoredObservation[];
  /** As they are now; under `on_revision: keep` as the source would have them. */
  revised: StoredObservation[];
  withdrawn: StoredObservation[];
  /** Elsewhere now, and counted there as added. */
  moved: StoredObservation[];
}

/** Merges what was published with what the source gives now. Both in order; the result is too. */
export function mergeObservations(
  base: readonly StoredObservation[],
  fresh: readonly StoredObservation[],
  rules: MergeRules,
): Merged {
  const merged: Merged = { rows: [], added: [], revised: [], withdrawn: [], moved: [] };
  let [b, f] = [0, 0];
  while (b < base.length || f < fresh.length) {
    const [old, now] = [base[b], fresh[f]];
    const order = old && now ? compareObservations(old, now) : old ? -1 : 1;
    if (old && order < 0) missing(old, rules, merged);
    else if (now && order > 0) added(now, merged);
    else if (old && now) both(old, now, rules, merged);
    if (order <= 0) b++;
    if (order >= 0) f++;
  }
  return merged;
}

function missing(old: StoredObservation, rules: MergeRules, merged: Merged): void {
  if (rules.moved?.(old)) {
    merged.moved.push(old);
    return;
  }
  const withdrawn = rules.full && instantOf(old.obs_time) >= rules.since;
  if (withdrawn) merged.withdrawn.push(old);
  if (!withdrawn || rules.on_withdrawal === "keep") merged.rows.push(old);
}

function added(now: StoredObservation, merged: Merged): void {
  merged.rows.push(now);
  merged.added.push(now);
}

function both(old: StoredObservation, now: StoredObservation, rules: MergeRules, merged: Merged): void {
  if (saysTheSame(old, now)) merged.rows.push(old);
  else {
    merged.rows.push(rules.on_revision === "keep" ? old : now);
    merged.revised.push(now);
  }
}
