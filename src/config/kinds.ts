import { didYouMean } from "../core/suggest.ts";
import type { LoadStep, LockSettings, StateSettings } from "./dataset.ts";
import type { Kind, Surroundings } from "./kind.ts";
import { lockKinds } from "./lock_kinds.ts";
import { sectionAt } from "./sections.ts";
import { stateKinds } from "./state_kinds.ts";
import { child, keyPlaceAt, placeAt, textAt, withEntries, type MapNode, type Report } from "./tree.ts";

/** What was read of the file before, and who is told of what is valid but unwise. */
export interface Read {
  load?: LoadStep | undefined;
  state?: StateSettings | undefined;
  warn?: Report;
}

/** The settings of `state` or of its short form `state_file`; undefined if there are none, or wrong ones, which is reported. */
export function readState(root: MapNode, load: LoadStep | undefined, report: Report): StateSettings | undefined {
  const [state, path] = [child(root, "state"), child(root, "state_file")];
  if (state !== undefined && path !== undefined) {
    report({ message: 'state_file: is short for "state": keep one of the two', ...keyPlaceAt(root, ["state_file"]) });
    return undefined;
  }
  if (path === undefined) return readKind(stateKinds, root, { name: "state", fallback: "file" }, { load }, report);
  const map = withEntries({ kind: "map", entries: new Map(), place: path.place }, { path }, path.place);
  return stateKinds.file?.read({ map, nameOf: () => "state_file" }, aroundOf(root, { load }), report);
}

/** The settings of `lock`; undefined if there are none, or wrong ones, which is reported. */
export function readLock(root: MapNode, read: Read, report: Report): LockSettings | undefined {
  return readKind(lockKinds, root, { name: "lock" }, read, report);
}

function readKind<T>(
  kinds: Record<string, Kind<T>>,
  root: MapNode,
  { name, fallback }: { name: string; fallback?: string },
  read: Read,
  report: Report,
): T | undefined {
  const map = child(root, name);
  if (map?.kind !== "map") return undefined;
  const wanted = child(map, "kind") === undefined ? fallback : textAt(map, "kind");
  if (wanted === undefined) return undefined;
  const found = Object.hasOwn(kinds, wanted) ? kinds[wanted] : undefined;
  if (found !== undefined) return found.read(sectionAt(map, name, "kind"), aroundOf(root, read), report);
  const known = Object.keys(kinds);
  const message = `${name}.kind: unknown kind "${wanted}"${didYouMean(wanted, known)} (known: ${known.join(", ")})`;
  report({ message, ...placeAt(map, ["kind"]) });
  return undefined;
}

function aroundOf(root: MapNode, { load, state, warn = () => {} }: Read): Surroundings {
  const dataset_id = textAt(root, "dataset_id") ?? "";
  const store = load?.kind === "store" ? load.location : undefined;
  const isUnknown = load === undefined && child(root, "load") !== undefined;
  return { dataset_id, store: isUnknown ? "unknown" : store, state, warn };
}
