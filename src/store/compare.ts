import { workAhead } from "../core/ahead.ts";
import type { StoredObservation } from "../core/observation.ts";
import { readObservations } from "./observations.ts";
import { compareObservations, saysTheSame } from "./order.ts";
import { inReadingOrder } from "./select.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry, Snapshot } from "./snapshot.ts";

/** One observation that is not the same in two versions. */
export interface Change {
  change: "added" | "revised" | "withdrawn";
  internal_series_code: string;
  obs_time: string;
  before?: StoredObservation;
  after?: StoredObservation;
}

interface Pair {
  partition: string;
  before: PartitionEntry | undefined;
  after: PartitionEntry | undefined;
}

/** Pairs of partitions read at once, and observations in them. */
const ahead = { items: 8, weight: 100_000 };

/**
 * What becomes of one version on the way to another, in the order in which versions are read. Only partitions whose
 * digests differ are read; when an observation was first seen is no difference.
 */
export async function* compareVersions(
  site: Site,
  before: Snapshot,
  after: Snapshot,
): AsyncGenerator<Change[], void, void> {
  const read = async (partition: string, entry: PartitionEntry | undefined) =>
    entry === undefined || entry.rows === 0 ? [] : readObservations(site, partition, entry);
  const batches = workAhead(
    differing(before, after),
    async (pair) => {
      const rows = await Promise.all([read(pair.partition, pair.before), read(pair.partition, pair.after)]);
      return compareRows(...rows);
    },
    { ...ahead, weightOf: (pair) => (pair.before?.rows ?? 0) + (pair.after?.rows ?? 0) },
  );
  for await (const changes of batches) if (changes.length > 0) yield changes;
}

function differing(before: Snapshot, after: Snapshot): Pair[] {
  const partitions = new Set([...before.partitions.keys(), ...after.partitions.keys()]);
  const pairs = Array.from(partitions, (partition) => {
    return { partition, before: before.partitions.get(partition), after: after.partitions.get(partition) };
  });
  const unlike = pairs.filter((pair) => pair.before?.digest !== pair.after?.digest);
  return inReadingOrder(unlike.map((pair) => [pair.partition, pair] as const)).map(([, pair]) => pair);
}

/** What becomes of one partition on the way to another. Both in order; the result is too. */
export function compareRows(before: readonly StoredObservation[], after: readonly StoredObservation[]): Change[] {
  const changes: Change[] = [];
  let [b, a] = [0, 0];
  while (b < before.length || a < after.length) {
    const [old, now] = [before[b], after[a]];
    const order = old && now ? compareObservations(old, now) : old ? -1 : 1;
    const change = changeOf(order <= 0 ? old : undefined, order >= 0 ? now : undefined);
    if (change) changes.push(change);
    if (order <= 0) b++;
    if (order >= 0) a++;
  }
  return changes;
}

function changeOf(before: StoredObservation | undefined, after: StoredObservation | undefined): Change | undefined {
  const known = after ?? before;
  if (known === undefined || (before && after && saysTheSame(before, after))) return undefined;
  const { internal_series_code, obs_time } = known;
  return {
    change: before === undefined ? "added" : after === undefined ? "withdrawn" : "revised",
    internal_series_code,
    obs_time,
    ...(before && { before }),
    ...(after && { after }),
  };
}
