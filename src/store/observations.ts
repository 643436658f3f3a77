import { IngestorError } from "../core/errors.ts";
import type { StoredObservation } from "../core/observation.ts";
import type { Etag } from "../core/ports.ts";
import { digestOf } from "./data_file.ts";
import { damagedHint } from "./json.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry } from "./snapshot.ts";

/** The bytes of one partition as the version that holds it keeps them. */
export async function readPartition({ objects, keys }: Site, partition: string, entry: PartitionEntry) {
  const key = keys.data(entry.version_id, partition);
  const found = await objects.get(key);
  if (found) return found.body;
  throw new IngestorError("STORAGE", `Cannot read "${key}": it is missing in ${objects.name}`, {
    hint: "a version that is listed has lost a file; restore it from a backup",
  });
}

/** The observations of one partition at one version, checked against the digest that the snapshot has of them. */
export async function readObservations(site: Site, partition: string, entry: PartitionEntry) {
  return (await readChecked(site, partition, entry)).rows;
}

/** The same, with the bytes. */
export async function readChecked(site: Site, partition: string, entry: PartitionEntry) {
  const key = site.keys.data(entry.version_id, partition);
  const body = await readPartition(site, partition, entry);
  const rows = await site.format.decode(body, key);
  if (digestOf(rows) === entry.digest) return { rows, body };
  throw new IngestorError("STORAGE", `Cannot read "${key}": its content is not what the snapshot says`, {
    hint: damagedHint,
  });
}

export interface MergeBase {
  rows: StoredObservation[];
  /** Of the projection that shows these; undefined where none was seen to. */
  etag: Etag | undefined;
}

/**
 * What a merge starts from. The projection is read first: where it shows what the snapshot says, the same answer
 * gives the etag that its replacement needs. Where it does not, the version's own file is read, and the etag is
 * undefined.
 */
export async function readMergeBase(site: Site, partition: string, entry: PartitionEntry): Promise<MergeBase> {
  const key = site.keys.projection(partition);
  const shown = await site.objects.get(key);
  if (shown) {
    const rows = await rowsIfWhole(site, shown.body, key);
    if (rows && digestOf(rows) === entry.digest) return { rows, etag: shown.etag };
  }
  return readOwnBase(site, partition, entry);
}

/** What a merge starts from where there are no projections: the version's own file. */
export async function readOwnBase(site: Site, partition: string, entry: PartitionEntry): Promise<MergeBase> {
  return { rows: await readObservations(site, partition, entry), etag: undefined };
}

async function rowsIfWhole({ format }: Site, body: Uint8Array, key: string): Promise<StoredObservation[] | undefined> {
  try {
    return await format.decode(body, key);
  } catch {
    // A damaged projection is no reason to stop: it is about to be replaced.
    return undefined;
  }
}
