import { IngestorError } from "../core/errors.ts";
import { inParallel } from "../core/parallel.ts";
import type { Expectation } from "../core/ports.ts";
import { differences } from "./differences.ts";
import { readPointer } from "./current.ts";
import { readSnapshot } from "./head.ts";
import { projectedPartitions } from "./left_over.ts";
import { putShown, readShown, readShownSnapshot, type Shown } from "./projections.ts";
import { isInPlace, replace } from "./show_partition.ts";
import type { Site } from "./site.ts";
import { emptySnapshot, type PartitionEntry, type Snapshot } from "./snapshot.ts";
import { awaitTurn, mostTurns, type Waiting } from "./turn.ts";

export interface Convergence extends Waiting {
  /** Projections written at once. */
  workers: number;
  /** True where nobody is told of versions: what is shown counts as announced. */
  silent: boolean;
  /** Snapshots that are at hand, by version. */
  snapshots?: ReadonlyMap<string, Snapshot>;
  /** The version whose partitions `expectations` and `content` know of. */
  drafted?: string | undefined;
  expectations?: ReadonlyMap<string, Expectation>;
  content?(partition: string): Uint8Array | undefined;
  /** Partitions whose projection is looked at whatever version is said to be shown. */
  suspects?: ReadonlySet<string>;
  /** What was just read, to spare the first reading. What is out of date is noticed and read again. */
  lastSeen?: { version_id: string; shown: Shown } | undefined;
  progress?(done: number, total: number): void;
}

/**
 * Step 6 of a commit, and the whole of healing: makes the projections show the current version, whatever they show
 * now and whoever else is at it. Gives what they show then; undefined while there is no version that lists its
 * partitions.
 */
export async function converge(site: Site, how: Convergence): Promise<Shown | undefined> {
  const written = new Set<string>(how.suspects);
  for (let attempt = 0; attempt < mostTurns; attempt++) {
    await awaitTurn(how, attempt);
    const { version_id, shown } = (attempt === 0 && how.lastSeen) || (await look(site));
    if (version_id === undefined) return undefined;
    if (shown.version_id === version_id && written.size === 0) return shown;
    const after = how.snapshots?.get(version_id) ?? (await readSnapshot(site, version_id));
    if (after === undefined) return undefined;
    const done = await showVersion(site, { ...how, written }, version_id, after, shown);
    if (done) return done;
  }
  throw new IngestorError(
    "STORAGE",
    `Cannot update the projections of "${site.dataset_id}": other runs keep changing them`,
    {
      hint: "the version is published; the next run brings the projections up to date",
    },
  );
}

interface Showing extends Convergence {
  /**
   * The suspects, what lay there that nothing tells of, and the partitions that were written so far. When an attempt
   * turns out to be overtaken, these are looked at again: a newer version may have found there, and left, the very
   * bytes that were then replaced.
   */
  written: Set<string>;
}

async function look(site: Site): Promise<{ version_id: string | undefined; shown: Shown }> {
  const [pointer, shown] = await Promise.all([readPointer(site), readShown(site)]);
  return { version_id: pointer?.version_id, shown };
}

/** Undefined where something moved meanwhile: begin again. */
async function showVersion(
  site: Site,
  how: Showing,
  version_id: string,
  after: Snapshot,
  shown: Shown,
): Promise<Shown | undefined> {
  const before = await snapshotShown(site, how, shown);
  const differing = differences(before, after, how.written);
  let [done, overtaken] = [0, false];
  await inParallel(how.workers, differing, async ([partition, entry]) => {
    if (overtaken) return;
    if (!(await showPartition(site, how, version_id, partition, entry))) overtaken = true;
    how.progress?.(++done, differing.length);
  });
  if (overtaken) return undefined;
  if (shown.version_id === version_id) return shown;
  await site.objects.flush();
  return putShown(site, shown, { version_id, announced: how.silent ? version_id : shown.announced });
}

/** Where it is not known what is shown, whatever lies there may be of no partition any more. */
async function snapshotShown(site: Site, how: Showing, shown: Shown): Promise<Snapshot> {
  const known = how.snapshots?.get(shown.version_id ?? "") ?? (await readShownSnapshot(site, shown));
  if (known) return known;
  // Without any description it is what an older system shows, and is left to `verify`.
  if (shown.etag === undefined) return emptySnapshot;
  for (const partition of await projectedPartitions(site)) how.written.add(partition);
  return emptySnapshot;
}

/** False if the projection or the pointer changed under way. */
async function showPartition(
  site: Site,
  how: Showing,
  version_id: string,
  partition: string,
  entry: PartitionEntry | undefined,
): Promise<boolean> {
  const expected = entry?.version_id === how.drafted ? how.expectations?.get(partition) : undefined;
  if (expected && (await replace(site, how, partition, entry, expected))) return true;

  const current = await site.objects.get(site.keys.projection(partition));
  if (current && (await isInPlace(site, how, partition, entry, current))) return true;
  // Only what was read before the pointer was seen in its place is sure not to be newer than this version.
  if ((await readPointer(site))?.version_id !== version_id) return false;
  return replace(site, how, partition, entry, current === undefined ? { absent: true } : { etag: current.etag });
}
