import * as v from "valibot";
import { IngestorError } from "../core/errors.ts";
import { nameProblem } from "../core/names.ts";
import type { Etag, Expectation, StoredObject } from "../core/ports.ts";
import { decodeJson, encodeJson } from "./json.ts";
import type { Site } from "./site.ts";
import { decodeSnapshot, type Snapshot } from "./snapshot.ts";

/** What `projections/manifest.json` says: which version the projections show, and which was the last announced. */
export interface Shown {
  version_id: string | undefined;
  announced: string | undefined;
  etag: Etag | undefined;
}

const schema = v.looseObject({
  version_id: v.optional(v.nullable(v.string())),
  announced: v.optional(v.nullable(v.string())),
});

export async function readShown({ objects, keys }: Site): Promise<Shown> {
  const key = keys.projectionsManifest;
  const found = await objects.get(key);
  return found ? decodeShown(found, key) : { version_id: undefined, announced: undefined, etag: undefined };
}

/** Throws `STORAGE`, naming the key, for what is damaged. */
export function decodeShown(found: StoredObject, key: string): Shown {
  const hint = "ingestor verify DATASET --repair writes it anew";
  const { version_id, announced } = decodeJson(found, key, schema, "the description of the projections", hint);
  return { version_id: version_id ?? undefined, announced: announced ?? undefined, etag: found.etag };
}

/** Undefined where nothing says which version is shown, and where that version is lost or damaged. */
export async function readShownSnapshot(
  { objects, keys }: Site,
  { version_id }: Pick<Shown, "version_id">,
): Promise<Snapshot | undefined> {
  if (version_id === undefined || nameProblem(version_id) !== undefined) return undefined;
  const key = keys.snapshot(version_id);
  const found = await objects.get(key);
  try {
    return found && decodeSnapshot(found.body, key);
  } catch (error) {
    // The current version says all that is needed to show it.
    if (error instanceof IngestorError) return undefined;
    throw error;
  }
}

/** The version that the pointer named last, as far as it is told here: without projections only announcements tell. */
export function lastCurrent({ version_id, announced }: Shown): string | undefined {
  // Ids grow with time.
  return [version_id, announced]
    .filter((told) => told !== undefined)
    .toSorted()
    .at(-1);
}

/** Replaces what was read; undefined if another run did so first. */
export async function putShown(
  site: Site,
  before: Shown,
  after: Pick<Shown, "version_id" | "announced">,
): Promise<Shown | undefined> {
  const expect: Expectation = before.etag === undefined ? { absent: true } : { etag: before.etag };
  const body = encodeJson({ version_id: after.version_id ?? null, announced: after.announced ?? null });
  const etag = await site.objects.put(site.keys.projectionsManifest, body, expect);
  return etag === undefined ? undefined : { ...after, etag };
}
