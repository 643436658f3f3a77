import type { Site } from "./site.ts";
import type { Snapshot } from "./snapshot.ts";

/** The projections that no partition of the snapshot has written: what an older system left. */
export async function leftOver({ objects, keys }: Site, { partitions }: Snapshot): Promise<string[]> {
  const ours = new Set([keys.projectionsManifest, ...[...partitions.keys()].map(keys.projection)]);
  const found: string[] = [];
  for await (const { key } of objects.list(keys.projectionsDir)) if (!ours.has(key)) found.push(key);
  return found;
}
