import type { Expectation } from "../core/ports.ts";
import type { StoredObservation } from "../core/observation.ts";
import { digestOf } from "./data_file.ts";
import { findEdges, ownerOf } from "./edges.ts";
import { trackExtents } from "./extents.ts";
import { count, newTally, withMoves, type Tally } from "./tally.ts";
import type { Merged, MergeRules } from "./merge.ts";
import { putOwn } from "./put_own.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry, SeriesExtent, Snapshot } from "./snapshot.ts";

/** Serialized partitions up to this many bytes are kept for the projections; beyond, they are made or read again. */
const keptBytes = 32 * 1024 * 1024;

/** A version in the making: its data files are written, and nothing names it yet. */
export interface Draft {
  version_id: string;
  snapshot: Snapshot;
  /** The partitions that this version holds, sorted. */
  changed: readonly string[];
  tally: Tally;
  /** What each projection must be for its replacement to be safe, where that is known without reading it. */
  expectations: ReadonlyMap<string, Expectation>;
  /** The bytes of a changed partition, if they are at hand without reading the store. */
  content(partition: string): Uint8Array | undefined;
}

/** One partition as a merge leaves it. */
export interface PartitionDraft {
  partition: string;
  base: readonly StoredObservation[];
  merged: Merged;
  /** By which it was merged. */
  rules: MergeRules;
  /** Of the projection that shows `base`; absent where there is none; undefined where that is not known. */
  expectation: Expectation | undefined;
  /** Makes the same bytes again, where that needs no reading. */
  again?: (() => Uint8Array) | undefined;
}

/** Takes partitions as they come out of their merges, writes those that differ from `before`, and makes the snapshot. */
export function draftVersion(
  site: Site,
  version_id: string,
  before: Snapshot,
  beforeFirstFile: () => Promise<void> = async () => {},
) {
  const partitions = new Map<string, PartitionEntry>(before.partitions);
  const tracked = trackExtents(before.series);
  const expectations = new Map<string, Expectation>();
  const contents = new Map<string, Uint8Array>();
  const again = new Map<string, () => Uint8Array>();
  const changed: string[] = [];
  const tally = newTally();
  let spare = keptBytes;

  async function add(draft: PartitionDraft): Promise<void> {
    const { partition, merged, rules } = draft;
    count(tally, merged, rules);
    const digest = digestOf(merged.rows);
    if (before.partitions.get(partition)?.digest === digest) return;
    if (!before.partitions.has(partition) && merged.rows.length === 0) return;
    const bytes = site.format.encode(merged.rows);
    await beforeFirstFile();
    await putOwn(site, site.keys.data(version_id, partition), bytes);
    partitions.set(partition, { version_id, rows: merged.rows.length, digest });
    tracked.change({ before: draft.base, after: merged.rows });
    remember(draft, bytes);
  }

  function remember({ partition, expectation, again: remake }: PartitionDraft, bytes: Uint8Array): void {
    changed.push(partition);
    if (expectation) expectations.set(partition, expectation);
    if (remake) again.set(partition, remake);
    if (bytes.byteLength > spare) return;
    spare -= bytes.byteLength;
    contents.set(partition, bytes);
  }

  async function settled(): Promise<ReadonlyMap<string, SeriesExtent>> {
    const { extents, lost } = tracked.settle();
    if (lost.length === 0) return extents;
    const unchanged = [...partitions].filter(([, entry]) => entry.version_id !== version_id);
    await findEdges(site, unchanged, extents, lost);
    return extents;
  }

  /** `series` are the extents, where they are known without looking. */
  async function finish(series?: ReadonlyMap<string, SeriesExtent>): Promise<Draft> {
    return {
      version_id,
      snapshot: { series: series ?? (await settled()), partitions },
      changed: changed.toSorted(),
      tally: withMoves(tally),
      expectations,
      content: (partition) => contents.get(partition) ?? again.get(partition)?.(),
    };
  }

  return { add, finish };
}

/** Partitions of one series are named by it; those named only by year and month may hold any. */
export function mayHold(partition: string, code: string): boolean {
  const owner = ownerOf(partition);
  return owner === undefined || owner === code;
}
