import * as v from "valibot";
import type { Etag, Expectation } from "../core/ports.ts";
import { encodeJson, readJson } from "./json.ts";
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

export async function readShown(site: Site): Promise<Shown> {
  const found = await readJson(site, site.keys.projectionsManifest, schema, "the description of the projections");
  return {
    version_id: found?.value.version_id ?? undefined,
    announced: found?.value.announced ?? undefined,
    etag: found?.etag,
  };
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
