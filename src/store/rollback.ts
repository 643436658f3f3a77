import type { StoredObservation } from "../core/observation.ts";
import { inParallel } from "../core/parallel.ts";
import { digestOf } from "./data_file.ts";
import { draftVersion, type Draft } from "./draft.ts";
import { inspect } from "./inspect.ts";
import { mergeObservations, type MergeRules } from "./merge.ts";
import { readObservations, type MergeBase } from "./observations.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry, Snapshot } from "./snapshot.ts";

const everything: MergeRules = { full: true, since: -Infinity, on_revision: "replace", on_withdrawal: "drop" };
const nothing = digestOf([]);

export interface Rollback {
  /** What the new version is to hold. */
  wanted: Snapshot;
  workers: number;
  /** Whether there are projections. */
  projected: boolean;
  /** Told of a partition of which it is lost what it held. */
  lost(partition: string): void;
  progress(done: number, total: number): void;
}

/** Writes the partitions of `wanted` that differ from those of `before`; those that vanish are empty. */
export async function draftRollback(
  site: Site,
  version_id: string,
  before: Snapshot,
  rollback: Rollback,
): Promise<Draft> {
  const draft = draftVersion(site, version_id, before);
  const differing = differences(before, rollback.wanted);
  let done = 0;
  await inParallel(rollback.workers, differing, async (partition) => {
    const wanted = rollback.wanted.partitions.get(partition);
    const [base, rows] = await Promise.all([
      readBase(site, partition, before.partitions.get(partition), rollback),
      wanted === undefined ? [] : readObservations(site, partition, wanted),
    ]);
    // As they were then: also an observation that says the same keeps the collection date that it had.
    const merged = { ...mergeObservations(base.rows, rows, everything), rows };
    const expectation = base.etag === undefined ? undefined : { etag: base.etag };
    await draft.add({ partition, base: base.rows, merged, rules: everything, expectation });
    rollback.progress(++done, differing.length);
  });
  return draft.finish(rollback.wanted.series);
}

function differences(before: Snapshot, wanted: Snapshot): string[] {
  const all = new Set([...before.partitions.keys(), ...wanted.partitions.keys()]);
  const digestIn = ({ partitions }: Snapshot, partition: string) => partitions.get(partition)?.digest ?? nothing;
  return [...all].filter((partition) => digestIn(before, partition) !== digestIn(wanted, partition)).toSorted();
}

/** What there is now serves only to say what changes: that it is lost is a reason to go back, not one against it. */
async function readBase(
  site: Site,
  partition: string,
  entry: PartitionEntry | undefined,
  { projected, lost }: Rollback,
): Promise<MergeBase> {
  const none: StoredObservation[] = [];
  if (entry === undefined) return { rows: none, etag: undefined };
  const shown = projected ? await inspect(site, site.keys.projection(partition), entry.digest) : undefined;
  if (shown && "rows" in shown) return shown;
  const own = await inspect(site, site.keys.data(entry.version_id, partition), entry.digest);
  if ("rows" in own) return { rows: own.rows, etag: undefined };
  lost(partition);
  return { rows: none, etag: undefined };
}
