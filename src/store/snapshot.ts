import * as v from "valibot";
import { IngestorError } from "../core/errors.ts";
import { readIso } from "../core/time.ts";

/** One partition of a snapshot: the version that holds its file, how many observations it has, and their digest. */
export interface PartitionEntry {
  version_id: string;
  rows: number;
  digest: string;
}

/** What a snapshot says of one series. */
export interface SeriesExtent {
  /** `obs_time` of the earliest and the latest observation. */
  first: string;
  last: string;
  count: number;
}

/** All that makes up the dataset at one version. */
export interface Snapshot {
  series: ReadonlyMap<string, SeriesExtent>;
  partitions: ReadonlyMap<string, PartitionEntry>;
}

export const emptySnapshot: Snapshot = { series: new Map(), partitions: new Map() };

const obsTime = v.pipe(
  v.string(),
  v.check((text) => readIso(text)?.offset !== undefined),
);
const document = v.object({
  versions: v.array(v.string()),
  series: v.record(v.string(), v.tuple([obsTime, obsTime, v.number()])),
  partitions: v.record(v.string(), v.record(v.string(), v.tuple([v.number(), v.number(), v.string()]))),
});

/**
 * Compact: version ids are listed once, and partitions stand below the folder that they share, as
 * `"month=11":[index of the version, rows, digest]`.
 */
export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  const versions = [...new Set([...snapshot.partitions.values()].map(({ version_id }) => version_id))].toSorted();
  const indexOf = new Map(versions.map((version_id, index) => [version_id, index]));
  const folders = new Map<string, Record<string, [number, number, string]>>();
  for (const [partition, { version_id, rows, digest }] of sorted(snapshot.partitions)) {
    const cut = partition.lastIndexOf("/");
    const path = partition.slice(0, Math.max(cut, 0));
    const folder = folders.get(path) ?? {};
    folder[partition.slice(cut + 1)] = [indexOf.get(version_id) ?? -1, rows, digest];
    folders.set(path, folder);
  }
  const series = Object.fromEntries(sorted(snapshot.series).map(([code, s]) => [code, [s.first, s.last, s.count]]));
  return Buffer.from(`${JSON.stringify({ versions, series, partitions: Object.fromEntries(folders) })}\n`);
}

/** Reads a snapshot; `key` is for the message when it is damaged. */
export function decodeSnapshot(bytes: Uint8Array, key: string): Snapshot {
  const { versions, series, partitions } = readDocument(bytes, key);
  const entries = new Map<string, PartitionEntry>();
  for (const [folder, leaves] of Object.entries(partitions)) {
    for (const [leaf, [index, rows, digest]] of Object.entries(leaves)) {
      const version_id = versions[index];
      if (version_id === undefined) throw damaged(key);
      entries.set(folder === "" ? leaf : `${folder}/${leaf}`, { version_id, rows, digest });
    }
  }
  const extents = Object.entries(series).map(([code, [first, last, count]]) => [code, { first, last, count }] as const);
  return { series: new Map(extents), partitions: entries };
}

function readDocument(bytes: Uint8Array, key: string) {
  try {
    return v.parse(document, JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw damaged(key, cause);
  }
}

function damaged(key: string, cause?: unknown): IngestorError {
  return new IngestorError("STORAGE", `Cannot read "${key}": it is not a snapshot, or is damaged`, { cause });
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
