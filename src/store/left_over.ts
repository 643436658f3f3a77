import type { Site } from "./site.ts";
import type { Snapshot } from "./snapshot.ts";

/** The projections that no partition of the snapshot has written: what an older system left. */
export async function leftOver({ objects, keys }: Site, { partitions }: Snapshot): Promise<string[]> {
  const ours = new Set([keys.projectionsManifest, ...[...partitions.keys()].map(keys.projection)]);
  const found: string[] = [];
  for await (const { key } of objects.list(keys.projectionsDir)) if (!ours.has(key)) found.push(key);
  return found;
}

/** The partitions that have a projection, whatever it shows. */
export async function projectedPartitions({ objects, keys, format }: Site): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of objects.list(keys.projectionsDir)) {
    const partition = key.slice(keys.projectionsDir.length, -`/${format.file}`.length);
    if (keys.projection(partition) === key) found.push(partition);
  }
  return found;
}
