import * as v from "valibot";
import { IngestorError } from "../core/errors.ts";
import { knownPointer } from "./current.ts";
import { readJson } from "./json.ts";
import { manifestSchema } from "./manifest.ts";
import type { Site } from "./site.ts";

/** What a manifest says to people, beside what the program relies on. */
const schema = v.looseObject({
  ...manifestSchema.entries,
  created_at: v.optional(v.string()),
  run_id: v.optional(v.string()),
  changelog: v.optional(
    v.object({
      data_points_added: v.number(),
      data_points_revised: v.number(),
      data_points_withdrawn: v.nullable(v.number()),
    }),
  ),
});

export type ChainedManifest = v.InferOutput<typeof schema>;

/**
 * The versions of a dataset, newest first: from `from`, or from the one that the pointer names, along
 * `previous_version`. Ends where the dataset begins, where older versions are no longer kept, or where the system that
 * this one replaces took over.
 */
export async function* versionChain(site: Site, from?: string): AsyncGenerator<ChainedManifest, void, void> {
  let version_id = from ?? (await knownPointer(site))?.version_id;
  for (let first = true; version_id !== undefined; first = false) {
    const manifest = await readChained(site, version_id);
    if (manifest === undefined && first) throw missing(site, version_id);
    if (manifest === undefined) return;
    yield manifest;
    const previous: string | undefined = manifest.previous_version ?? undefined;
    if (previous !== undefined && previous >= version_id) throw circular(site, version_id);
    version_id = previous;
  }
}

async function readChained(site: Site, version_id: string): Promise<ChainedManifest | undefined> {
  return (await readJson(site, site.keys.manifest(version_id), schema, "a manifest"))?.value;
}

function missing({ objects, keys }: Site, version_id: string): IngestorError {
  const key = keys.manifest(version_id);
  return new IngestorError("STORAGE", `Cannot read version "${version_id}": "${key}" is missing in ${objects.name}`);
}

/** Ids grow along the chain, so that a walk ends. */
function circular({ keys }: Site, version_id: string): IngestorError {
  const key = keys.manifest(version_id);
  return new IngestorError("STORAGE", `Cannot read "${key}": the version before it has a greater id`);
}
