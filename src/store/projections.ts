import * as v from "valibot";
import type { Etag, Expectation, StoredObject } from "../core/ports.ts";
import { decodeJson, encodeJson } from "./json.ts";
import type { Site } from "./site.ts";

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
  const { version_id, announced } = decodeJson(found, key, schema, "the description of the projections");
  return { version_id: version_id ?? undefined, announced: announced ?? undefined, etag: found.etag };
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
