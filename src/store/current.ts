import { IngestorError } from "../core/errors.ts";
import type { Etag } from "../core/ports.ts";
import { lastCurrent, readShown } from "./projections.ts";
import type { Site } from "./site.ts";

export interface Pointer {
  version_id: string;
  etag: Etag;
}

/** What the pointer says now, whatever that is. */
export async function readPointer({ objects, keys }: Site): Promise<Pointer | undefined> {
  const found = await objects.get(keys.pointer);
  return found && { version_id: new TextDecoder().decode(found.body).trim(), etag: found.etag };
}

/**
 * The pointer, or undefined where nothing was published yet. Throws `STORAGE` where it is lost: what is shown was
 * current once, and taken for nothing its history would be cut off.
 */
export async function knownPointer(site: Site): Promise<Pointer | undefined> {
  const pointer = await readPointer(site);
  if (pointer !== undefined) return pointer;
  const shown = await readShown(site);
  if (shown.etag === undefined) return undefined;
  // Another run may have published first of all since the pointer was read.
  const now = await readPointer(site);
  if (now !== undefined) return now;
  const { objects, keys } = site;
  const last = lastCurrent(shown);
  const remedy = last
    ? `ingestor verify ${site.dataset_id} --repair puts it back`
    : `restore it from a backup, or write the id of a whole version below ${keys.versions} into it`;
  throw new IngestorError(
    "STORAGE",
    `Cannot read the pointer "${objects.name}/${keys.pointer}": it is missing, though ${last ?? "a version"} was published`,
    { hint: `${remedy}; to begin anew, delete ${keys.root}` },
  );
}
