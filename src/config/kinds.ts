import { basename, dirname } from "node:path";
import * as v from "valibot";
import { didYouMean } from "../core/suggest.ts";
import { check, type Section } from "./check.ts";
import type { LockSettings, StateSettings } from "./dataset.ts";
import { sectionAt } from "./sections.ts";
import { child, keyPlaceAt, placeAt, textAt, withEntries, type MapNode, type Report } from "./tree.ts";

/** One way to keep state, or to lock: the options that the file gives it, and what they come to. */
interface Kind<T> {
  options: v.GenericSchema;
  /** Undefined if the options are wrong, which is reported. */
  read(section: Section, dataset_id: string, report: Report): T | undefined;
}

function kind<S extends v.GenericSchema, T>(
  options: S,
  settings: (options: v.InferOutput<S>, dataset_id: string) => T,
): Kind<T> {
  return {
    options,
    read(section, dataset_id, report) {
      const checked = check(options, section, report);
      return checked === undefined ? undefined : settings(checked, dataset_id);
    },
  };
}

const lookback = v.pipe(
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  v.description("Days before the last observation from which a run reads again"),
);

const filePath = v.pipe(
  v.string(),
  v.minLength(1),
  v.check((path) => !/(^|[/\\])\.{0,2}$/.test(path), "must end in the name of a file"),
  v.description("The state file, relative to the current folder"),
);

export const stateKinds: Record<string, Kind<StateSettings>> = {
  file: kind(v.strictObject({ path: filePath, lookback }), ({ path, lookback }) => ({
    location: { kind: "file", root: dirname(path) },
    key: basename(path),
    lookback,
  })),
};

export const lockKinds: Record<string, Kind<LockSettings>> = {
  memory: kind(
    v.strictObject({
      key: v.pipe(
        v.optional(v.pipe(v.string(), v.minLength(1)), "etl:{dataset_id}"),
        v.description("What is locked; `{dataset_id}` stands for the dataset's"),
      ),
    }),
    ({ key }, dataset_id) => ({ kind: "memory", key: key.replaceAll("{dataset_id}", () => dataset_id) }),
  ),
};

/** The settings of `state` or of its short form `state_file`; undefined if there are none, or wrong ones, which is reported. */
export function readState(root: MapNode, report: Report): StateSettings | undefined {
  const [state, path] = [child(root, "state"), child(root, "state_file")];
  if (state !== undefined && path !== undefined) {
    report({ message: 'state_file: is short for "state": keep one of the two', ...keyPlaceAt(root, ["state_file"]) });
    return undefined;
  }
  if (path === undefined) return readKind(stateKinds, root, "state", "file", report);
  const map = withEntries({ kind: "map", entries: new Map(), place: path.place }, { path }, path.place);
  return stateKinds.file?.read({ map, nameOf: () => "state_file" }, "", report);
}

/** The settings of `lock`; undefined if there are none, or wrong ones, which is reported. */
export function readLock(root: MapNode, report: Report): LockSettings | undefined {
  return readKind(lockKinds, root, "lock", undefined, report);
}

function readKind<T>(
  kinds: Record<string, Kind<T>>,
  root: MapNode,
  name: string,
  fallback: string | undefined,
  report: Report,
): T | undefined {
  const map = child(root, name);
  if (map?.kind !== "map") return undefined;
  const wanted = child(map, "kind") === undefined ? fallback : textAt(map, "kind");
  if (wanted === undefined) return undefined;
  const found = Object.hasOwn(kinds, wanted) ? kinds[wanted] : undefined;
  if (found !== undefined) return found.read(sectionAt(map, name, "kind"), textAt(root, "dataset_id") ?? "", report);
  const known = Object.keys(kinds);
  const message = `${name}.kind: unknown kind "${wanted}"${didYouMean(wanted, known)} (known: ${known.join(", ")})`;
  report({ message, ...placeAt(map, ["kind"]) });
  return undefined;
}
