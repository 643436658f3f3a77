import type { Expectation, StoredObject } from "../core/ports.ts";
import { digestOf } from "./data_file.ts";
import { readChecked } from "./observations.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry } from "./snapshot.ts";

/** What needs no reading, and what was written so far. */
interface AtHand {
  /** The version whose partitions `content` knows of. */
  drafted?: string | undefined;
  content?(partition: string): Uint8Array | undefined;
  written: Set<string>;
}

/** Whether a projection already shows a partition as the version has it; undefined: as one that is no more. */
export async function isInPlace(
  site: Site,
  how: AtHand,
  partition: string,
  entry: PartitionEntry | undefined,
  current: StoredObject,
): Promise<boolean> {
  try {
    return Buffer.compare(current.body, await contentOf(site, how, partition, entry)) === 0;
  } catch (error) {
    // Where the version's own file is damaged, what is shown may be all that is left of it.
    if (entry && (await holds(site, partition, entry, current))) return true;
    throw error;
  }
}

async function holds(site: Site, partition: string, { digest }: PartitionEntry, { body }: StoredObject) {
  try {
    return digestOf(await site.format.decode(body, site.keys.projection(partition))) === digest;
  } catch {
    return false;
  }
}

/** Puts the content of a partition, or none, in the place of what is expected there; false where that is another. */
export async function replace(
  site: Site,
  how: AtHand,
  partition: string,
  entry: PartitionEntry | undefined,
  expect: Expectation,
): Promise<boolean> {
  const { objects, keys } = site;
  const key = keys.projection(partition);
  how.written.add(partition);
  if (entry && objects.link) {
    // What was written a moment ago needs no look.
    if (entry.version_id !== how.drafted) await readChecked(site, partition, entry);
    return objects.link(keys.data(entry.version_id, partition), key, expect);
  }
  return (await objects.put(key, await contentOf(site, how, partition, entry), expect)) !== undefined;
}

async function contentOf(site: Site, how: AtHand, partition: string, entry: PartitionEntry | undefined) {
  if (entry === undefined) return site.format.encode([]);
  const atHand = entry.version_id === how.drafted ? how.content?.(partition) : undefined;
  return atHand ?? (await readChecked(site, partition, entry)).body;
}
