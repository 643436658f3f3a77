import type { State } from "../core/ports.ts";
import { loadState, saveState, type StatePlace } from "./state.ts";

/** What was done to the state of one series; undefined where there was none, or is none now. */
export interface StateChange {
  internal_series_code: string;
  before: string | undefined;
  after: string | undefined;
}

/** Puts these series at these times, and leaves the others as they are. */
export async function setState(place: StatePlace, times: State): Promise<StateChange[]> {
  const before = await loadState(place);
  await saveState(place, before, { ...before, ...times });
  await place.objects.flush();
  return changesBetween(before ?? {}, { ...before, ...times });
}

/** Removes these series from the state; without any, the whole state, also one that cannot be read. */
export async function resetState(place: StatePlace, codes?: readonly string[]): Promise<StateChange[]> {
  if (codes === undefined) return removeState(place);
  const before = (await loadState(place)) ?? {};
  const after = Object.fromEntries(Object.entries(before).filter(([code]) => !codes.includes(code)));
  if (Object.keys(after).length === 0) return removeState(place);
  await saveState(place, before, after);
  await place.objects.flush();
  return changesBetween(before, after);
}

async function removeState(place: StatePlace): Promise<StateChange[]> {
  // Removing it is what to do about a damaged one, so that it must not stand in the way.
  const before = (await loadState(place).catch(() => undefined)) ?? {};
  await place.objects.delete([place.key]);
  await place.objects.flush();
  return changesBetween(before, {});
}

function changesBetween(before: State, after: State): StateChange[] {
  const codes = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return codes
    .map((code) => ({ internal_series_code: code, before: before[code], after: after[code] }))
    .filter((change) => change.before !== change.after);
}
