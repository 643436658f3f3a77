import { reasonOf } from "../core/errors.ts";
import type { Notifier, ProjectionUpdate } from "../core/ports.ts";
import { readManifest } from "./head.ts";
import { putShown, type Shown } from "./projections.ts";
import type { Site } from "./site.ts";

/**
 * Step 8 of a commit: tells of every version that was published and not announced, oldest first, each at least once.
 * What fails is a warning: the version is published, and the next run makes up for it. `bucket` is where the event
 * says that the store lies. Gives what the projections' description says then.
 */
export async function announce(
  site: Site,
  notifier: Notifier,
  shown: Shown,
  bucket: string,
  warn: (message: string) => void,
): Promise<Shown> {
  let current = shown;
  for (const version_id of await unannounced(site, shown)) {
    try {
      await notifier.announce(eventOf(site, bucket, version_id), version_id);
    } catch (error) {
      warn(`Cannot announce version "${version_id}": ${reasonOf(error)}; the next run tries again`);
      return current;
    }
    const moved = await putShown(site, current, { ...current, announced: version_id });
    // Another run is announcing: the rest is its.
    if (moved === undefined) return current;
    current = moved;
  }
  return current;
}

/** From the version shown back to the last announced, oldest first. What an older system published is not ours to announce. */
async function unannounced(site: Site, { version_id, announced }: Shown): Promise<string[]> {
  const found: string[] = [];
  let current: string | null | undefined = version_id;
  while (typeof current === "string" && current !== announced) {
    const manifest = await readManifest(site, current);
    if (manifest?.previous_version === undefined) break;
    found.unshift(current);
    current = manifest.previous_version;
  }
  return found;
}

function eventOf({ dataset_id, keys }: Site, bucket: string, version_id: string): ProjectionUpdate {
  return {
    event: "projection_update",
    dataset_id,
    bucket,
    version_manifest_path: keys.manifest(version_id),
    projections_path: keys.projectionsDir,
  };
}
