import * as v from "valibot";
import { IngestorError } from "../core/errors.ts";
import { isoLocal, localPart, readIso } from "../core/time.ts";
import type { ObjectStore, State, StoredObject } from "../core/ports.ts";
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
export async function loadState(place: StatePlace): Promise<State | undefined> {
  const found = await place.objects.get(place.key);
  return found && decodeState(found, place);
}

/** Throws `STORAGE`, naming the place, for what is damaged. */
export function decodeState({ body }: StoredObject, { objects, key }: StatePlace): State {
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(body)));
  } catch (cause) {
    throw new IngestorError(
      "STORAGE",
      `Cannot read the state "${objects.name}/${key}": it is not a map of series to times`,
      {
        cause,
        hint: "ingestor state reset DATASET removes it; the next run then reads the whole source",
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
  // Not every name that an object has was put there: a series may be called "toString".
  const saved = Object.hasOwn(state, code) ? state[code] : undefined;
  if (saved === undefined) return undefined;
  const back = lookback * day;
  if (snapshot === undefined) return isoLocal(wallOf(saved) - back);
  const published = snapshot.series.get(code)?.last;
  if (published === undefined) return undefined;
  return isoLocal(Math.min(wallOf(localPart(published)), wallOf(saved)) - back);
}

/** Whether somebody set the state back: more is to be read then than the last incremental run has compared. */
export function isSetBack(state: State | undefined, { series }: Snapshot): boolean {
  if (state === undefined) return false;
  return [...series].some(([code, { last }]) => {
    const saved = Object.hasOwn(state, code) ? state[code] : undefined;
    return saved === undefined || wallOf(saved) < wallOf(localPart(last));
  });
}

function wallOf(local: string): number {
  return readIso(local)?.wall ?? 0;
}

function sorted(state: State): State {
  return Object.fromEntries(Object.entries(state).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
