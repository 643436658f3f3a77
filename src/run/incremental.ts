import type { State } from "../core/ports.ts";
import { readFrom } from "../store/state.ts";
import type { Snapshot } from "../store/snapshot.ts";
import type { ReadFrom } from "./observe.ts";

/** From where each series is read, given the state and what is published; `full` where the state has no say. */
export function readingPlan(
  request: { full: boolean },
  state: State | undefined,
  snapshot: Snapshot | undefined,
  lookback: number,
): { full: boolean; from: ReadFrom } {
  if (request.full || state === undefined || Object.keys(state).length === 0)
    return { full: true, from: () => undefined };
  const known = new Map<string, string | undefined>();
  const from: ReadFrom = (code) => {
    if (!known.has(code)) known.set(code, readFrom(code, state, snapshot, lookback));
    return known.get(code);
  };
  return { full: false, from };
}

/**
 * Whether observations of these series that were read by one plan leave no gap on a version that another plan was made
 * for: one that ends before they begin lacks what lies between.
 */
export function leavesNoGap(codes: Iterable<string>, read: ReadFrom, needed: ReadFrom): boolean {
  return [...codes].every((code) => {
    const [begun, end] = [read(code), needed(code)];
    return begun === undefined || (end !== undefined && begun <= end);
  });
}
