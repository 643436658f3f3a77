import { reasonOf } from "../core/errors.ts";
import type { Notifier } from "../core/ports.ts";
import { readManifest } from "./head.ts";
import { putShown, type Shown } from "./projections.ts";
import type { Site } from "./site.ts";

export interface Announcement {
  notifier: Notifier;
  /** Where the events say that the store lies. */
  bucket: string;
  /** The current version. */
  version_id: string;
  /** Where the consumers find the files of a version; ends in `/`. */
  filesOf(version_id: string): string;
  warn(message: string): void;
}

/**
 * Step 8 of a commit: tells of every version that was published and not announced, oldest first, each at least once.
 * What fails is a warning: the version is published, and the next run makes up for it. Gives what the projections'
 * description says then.
 */
export async function announce(site: Site, shown: Shown, announcement: Announcement): Promise<Shown> {
  const { dataset_id, keys } = site;
  const { notifier, bucket, filesOf, warn } = announcement;
  let current = shown;
  for (const version_id of await unannounced(site, announcement.version_id, shown.announced)) {
    const version_manifest_path = keys.manifest(version_id);
    const event = { event: "projection_update", dataset_id, bucket, version_manifest_path } as const;
    try {
      await notifier.announce({ ...event, projections_path: filesOf(version_id) }, version_id);
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

/** From a version back to the last announced, or one before it, oldest first. What an older system published is not ours to announce. */
async function unannounced(site: Site, version_id: string, announced: string | undefined): Promise<string[]> {
  const found: string[] = [];
  let current: string | null = version_id;
  // Ids grow along the chain: where a later run has announced more than this version, nothing is left.
  while (current !== null && current > (announced ?? "")) {
    const previous: string | null | undefined = (await readManifest(site, current))?.previous_version;
    if (previous === undefined) break;
    found.unshift(current);
    current = previous;
  }
  return found;
}
