import * as v from "valibot";
import { IngestorError } from "../core/errors.ts";
import type { StoredObject } from "../core/ports.ts";
import type { Site } from "./site.ts";

/** A JSON document of the store with its etag, or undefined where there is none. `what` names it in the message when it is damaged. */
export async function readJson<S extends v.GenericSchema>(
  { objects }: Site,
  key: string,
  schema: S,
  what: string,
): Promise<{ value: v.InferOutput<S>; etag: string } | undefined> {
  const found = await objects.get(key);
  return found && { value: decodeJson(found, key, schema, what), etag: found.etag };
}

/** Throws `STORAGE`, naming the key, for what is damaged. */
export function decodeJson<S extends v.GenericSchema>(
  { body }: StoredObject,
  key: string,
  schema: S,
  what: string,
  hint = damagedHint,
) {
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(body)));
  } catch (cause) {
    throw new IngestorError("STORAGE", `Cannot read "${key}": it is not ${what}, or is damaged`, { cause, hint });
  }
}

/** What to do about a damaged object that nothing else in the store can replace. */
export const damagedHint = "restore it from a backup; ingestor verify DATASET --all names all that is damaged";

export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
