import { reasonOf } from "../core/errors.ts";
import type { Notifier } from "../core/ports.ts";
import { readManifest } from "./head.ts";
import { putShown, readShown, type Shown } from "./projections.ts";
import type { Site } from "./site.ts";
import { mostTurns } from "./turn.ts";

/** A version, and the one before it as its manifest says: null where it is the first. */
export interface Linked {
  version_id: string;
  previous_version: string | null | undefined;
}

export interface Announcement {
  notifier: Notifier;
  /** Where the events say that the store lies. */
  bucket: string;
  /** What comes before every key there: empty, or ends in `/`. */
  prefix: string;
  current: Linked;
  /** Where in the store the consumers find the files of a version; ends in `/`. */
  filesOf(version_id: string): string;
  warn(message: string): void;
}

/**
 * Step 8 of a commit: tells of every version that was published and not announced, oldest first, each at least once.
 * What fails is a warning: the version is published, and the next run makes up for it. Gives what the projections'
 * description says then.
 */
export async function announce(site: Site, shown: Shown, announcement: Announcement): Promise<Shown> {
  let after = shown;
  for (let attempt = 0; attempt < mostTurns; attempt++) {
    const done = await announceFrom(site, after, announcement);
    if (done) return done;
    // Another run is announcing, and perhaps not as far as this one.
    after = await readShown(site);
  }
  return after;
}

/** Undefined where another run changed the projections' description under way. */
async function announceFrom(site: Site, shown: Shown, announcement: Announcement): Promise<Shown | undefined> {
  const { dataset_id, keys } = site;
  const { notifier, bucket, prefix, filesOf, warn } = announcement;
  let after = shown;
  for (const version_id of await unannounced(site, announcement.current, shown.announced)) {
    const version_manifest_path = prefix + keys.manifest(version_id);
    const event = { event: "projection_update", dataset_id, bucket, version_manifest_path } as const;
    try {
      await notifier.announce({ ...event, projections_path: prefix + filesOf(version_id) }, version_id);
    } catch (error) {
      warn(`Cannot announce version "${version_id}": ${reasonOf(error)}; the next run tries again`);
      return after;
    }
    const moved = await putShown(site, after, { ...after, announced: version_id });
    if (moved === undefined) return undefined;
    after = moved;
  }
  return after;
}

/** From a version back to the last announced, or one before it, oldest first. What an older system published is not ours to announce. */
async function unannounced(site: Site, { version_id, previous_version }: Linked, announced = ""): Promise<string[]> {
  const found: string[] = [];
  let [current, previous] = [version_id, previous_version];
  // Ids grow along the chain: where a later run has announced more than this version, nothing is left.
  while (current > announced && previous !== undefined) {
    found.unshift(current);
    if (previous === null || previous <= announced) break;
    current = previous;
    previous = (await readManifest(site, current))?.previous_version;
  }
  return found;
}
