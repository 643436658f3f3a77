import type { State } from "../core/ports.ts";
import type { StateChange } from "../store/edit_state.ts";
import { formatTable } from "./format.ts";
import { cut, textOf } from "./screen.ts";

/** A state for people: a line a series. */
export function stateText({ place, state }: { place: string; state: State | null }, most: number): string {
  if (state === null) return `${place}: not saved yet, the next run reads all that the source has\n`;
  const { shown, more } = cut(
    Object.entries(state).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    most,
  );
  return textOf([...formatTable([["series", "read up to"], ...shown]), ...more]);
}

/** What became of a state, for people: a line for every series that changed. */
export function changesText(action: "set" | "reset", changes: readonly StateChange[], most: number): string {
  if (changes.length === 0) return action === "set" ? "nothing to change\n" : "there is no state to go by now\n";
  const { shown, more } = cut(changes, most);
  const rows = shown.map(({ internal_series_code, before = "none", after = "none" }) => [
    internal_series_code,
    before,
    "→",
    after,
  ]);
  return textOf([...formatTable(rows), ...more]);
}
