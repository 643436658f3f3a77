import type { Site } from "./site.ts";

/**
 * The id before which prune has ended the chain: where the manifest of an older version is missing, nothing is wrong.
 * Undefined where nothing was pruned.
 */
export async function readOldest({ objects, keys }: Site): Promise<string | undefined> {
  const found = await objects.get(keys.oldestVersion);
  return found && new TextDecoder().decode(found.body).trim();
}

/** Is to be called before anything of an older version goes. It never moves back. */
export async function moveOldest(site: Site, before: string | undefined, version_id: string): Promise<void> {
  if (before !== undefined && before >= version_id) return;
  await site.objects.put(site.keys.oldestVersion, Buffer.from(version_id));
  await site.objects.flush();
}
