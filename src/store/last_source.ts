import * as v from "valibot";
import { encodeJson } from "./json.ts";
import type { Site } from "./site.ts";

/** What was last compared to its end: bytes, recipe, and the version that was current then. */
const schema = v.object({
  sha256: v.string(),
  recipe: v.string(),
  /** What of the recipe makes observations of the bytes. */
  reading: v.optional(v.string()),
  /** Whether all that the source has was compared. */
  full: v.boolean(),
  version_id: v.nullable(v.string()),
  url: v.string(),
  etag: v.nullable(v.string()),
  last_modified: v.nullable(v.string()),
});

export type LastSource = v.InferOutput<typeof schema>;

/** Undefined where there is none, or none that can be read: then the source is compared once more. */
export async function readLastSource({ objects, keys }: Site): Promise<LastSource | undefined> {
  const found = await objects.get(keys.lastSource);
  if (found === undefined) return undefined;
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(found.body)));
  } catch {
    return undefined;
  }
}

export async function saveLastSource(site: Site, before: LastSource | undefined, after: LastSource): Promise<void> {
  if (before && Bun.deepEquals(before, after)) return;
  await site.objects.put(site.keys.lastSource, encodeJson(after));
}

/** Whether what is published was read from the source in another way, or in one that nobody knows. */
export function isReadOtherwise(last: LastSource | undefined, reading: string): boolean {
  return last?.reading !== reading;
}

/** Whether a comparison with these bytes would find what the last one found. */
export function isCovered(
  last: LastSource | undefined,
  now: { sha256?: string; recipe: string; full: boolean; version_id: string | undefined },
): last is LastSource {
  if (last === undefined || last.recipe !== now.recipe) return false;
  if (last.version_id === null || last.version_id !== now.version_id) return false;
  return (last.full || !now.full) && (now.sha256 === undefined || last.sha256 === now.sha256);
}
