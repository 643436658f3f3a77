import type { StorePolicy } from "../config/policy.ts";
import { inParallel, limiter } from "../core/parallel.ts";
import { isoDate } from "../core/time.ts";
import { digestOf } from "./data_file.ts";
import { draftVersion, type Draft } from "./draft.ts";
import type { FreshPartitions } from "./fresh.ts";
import { mergeObservations, type MergeRules } from "./merge.ts";
import { readMergeBase, readOwnBase } from "./observations.ts";
import { endOfPartition } from "./partition.ts";
import type { Site } from "./site.ts";
import type { Snapshot } from "./snapshot.ts";

const day = 86_400_000;
/** No observation is earlier, and no window needs to say so. */
const firstDay = Date.parse("0000-01-02T00:00:00Z");
const filesInFlight = 16;

export interface FreshData {
  partitions: FreshPartitions;
  rules: MergeRules;
  policy: StorePolicy;
  /** Told of every partition that was compared. */
  progress(done: number, total: number): void;
}

/**
 * Step 2 of a commit: compares what the run collected with the version before it, partition by partition, and
 * writes those that differ. A partition whose digest is that of the snapshot is not read. `beforeFirstFile` is
 * awaited before any file is written, and not called where there is nothing to write.
 */
export async function mergeRun(
  site: Site,
  version_id: string,
  before: Snapshot,
  data: FreshData,
  beforeFirstFile: () => Promise<void>,
): Promise<Draft> {
  const draft = draftVersion(site, version_id, before, beforeFirstFile);
  const readBase = data.policy.projection.mode === "copy" ? readMergeBase : readOwnBase;
  const merging = limiter(data.policy.projection.merge_workers);
  const candidates = candidatesOf(before, data);
  let done = 0;
  await inParallel(filesInFlight, candidates, async (partition) => {
    await mergePartition(partition);
    data.progress(++done, candidates.length);
  });
  return draft.finish();

  async function mergePartition(partition: string): Promise<void> {
    const { rules } = data;
    const fresh = data.partitions.rows(partition);
    const entry = before.partitions.get(partition);
    if (entry === undefined) {
      const merged = mergeObservations([], fresh, rules);
      const again = () => site.format.encode(data.partitions.rows(partition));
      return draft.add({ partition, base: [], merged, rules, expectation: { absent: true }, again });
    }
    if (digestOf(fresh) === entry.digest) return;
    const base = await merging(() => readBase(site, partition, entry));
    const merged = mergeObservations(base.rows, fresh, rules);
    const expectation = base.etag === undefined ? undefined : { etag: base.etag };
    return draft.add({ partition, base: base.rows, merged, rules, expectation });
  }
}

/** What the run has, and with a full reading also what it might have and lacks. */
function candidatesOf(before: Snapshot, { partitions, rules }: FreshData): string[] {
  if (!rules.full) return [...partitions.paths];
  // A day of grace, for ends are in local time.
  const since = rules.since > firstDay ? isoDate(rules.since - day) : "";
  const missing = [...before.partitions].filter(([partition, { rows }]) => {
    const end = endOfPartition(partition);
    return rows > 0 && (end === undefined || end >= since);
  });
  return [...new Set([...partitions.paths, ...missing.map(([partition]) => partition)])].toSorted();
}
