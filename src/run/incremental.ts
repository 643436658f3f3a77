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
