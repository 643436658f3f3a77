import * as v from "valibot";
import { IngestorError } from "../core/errors.ts";
import { isoLocal, localPart, readIso } from "../core/time.ts";
import type { ObjectStore, State } from "../core/ports.ts";
import { encodeJson } from "./json.ts";
import type { Snapshot } from "./snapshot.ts";

/** Where the state of one dataset lies. */
export interface StatePlace {
  objects: ObjectStore;
  key: string;
}

const day = 86_400_000;
const localTime = v.pipe(
  v.string(),
  v.check((text) => readIso(text) !== undefined),
);
const schema = v.record(v.string(), localTime);

/** The state as it was saved last; undefined where there is none. */
export async function loadState({ objects, key }: StatePlace): Promise<State | undefined> {
  const found = await objects.get(key);
  if (found === undefined) return undefined;
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(found.body)));
  } catch (cause) {
    throw new IngestorError(
      "STORAGE",
      `Cannot read the state "${key}" in ${objects.name}: it is not a map of series to times`,
      {
        cause,
        hint: "delete it: the next run then reads the whole source",
      },
    );
  }
}

/** Saves the state, unless it is what was loaded. */
export async function saveState({ objects, key }: StatePlace, before: State | undefined, after: State): Promise<void> {
  const body = encodeJson(sorted(after));
  if (before && Buffer.compare(encodeJson(sorted(before)), body) === 0) return;
  await objects.put(key, body);
}

/** The state that follows from what is published. */
export function stateOf(snapshot: Snapshot): State {
  return Object.fromEntries([...snapshot.series].map(([code, { last }]) => [code, localPart(last)]));
}

/**
 * From where a series is read: the earlier of its state and what is published, less the lookback in days. Undefined,
 * where either is missing: read it whole.
 */
export function readFrom(
  code: string,
  state: State,
  snapshot: Snapshot | undefined,
  lookback: number,
): string | undefined {
  const saved = state[code];
  if (saved === undefined) return undefined;
  if (snapshot === undefined) return earlierBy(lookback, saved);
  const published = snapshot.series.get(code)?.last;
  if (published === undefined) return undefined;
  const local = localPart(published);
  return earlierBy(lookback, local < saved ? local : saved);
}

function earlierBy(days: number, local: string): string {
  return isoLocal((readIso(local)?.wall ?? 0) - days * day);
}

function sorted(state: State): State {
  return Object.fromEntries(Object.entries(state).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
