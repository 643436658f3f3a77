import * as v from "valibot";
import { IngestorError } from "../core/errors.ts";
import { readIso } from "../core/time.ts";
import { damagedHint } from "./json.ts";
import { harvest, isNatural, isRecord, isSegment, sorted, treesOf, type Tree } from "./snapshot_tree.ts";

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

const record = v.custom<Record<string, unknown>>(isRecord);
const document = v.strictObject({ versions: v.array(v.string()), series: record, partitions: record });

/**
 * Compact: version ids are listed once, a code stands before all that is said of its series, `[first, last, count,
 * tree of its partitions]`, and a year before its months. What no series of the snapshot owns is under `partitions`.
 */
export function encodeSnapshot({ series, partitions }: Snapshot): Uint8Array {
  const versions = [...new Set(Array.from(partitions.values(), ({ version_id }) => version_id))].toSorted();
  const trees = treesOf(partitions, versions);
  const owned = sorted(series).map(([code, extent]) => [code, describe(extent, trees.get(code))] as const);
  const others = [...trees].filter(([owner]) => !series.has(owner));
  const parts = { versions, series: Object.fromEntries(owned), partitions: Object.fromEntries(others) };
  return Buffer.from(`${JSON.stringify(parts)}\n`);
}

function describe({ first, last, count }: SeriesExtent, tree: Tree | undefined) {
  return tree === undefined ? [first, last, count] : [first, last, count, tree];
}

/** Reads a snapshot; `key` is for the message when it is damaged. */
export function decodeSnapshot(bytes: Uint8Array, key: string): Snapshot {
  try {
    return readDocument(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw damaged(key, cause);
  }
}

function readDocument(parsed: unknown): Snapshot {
  const { versions, series, partitions: others } = v.parse(document, parsed);
  const extents = new Map<string, SeriesExtent>();
  const partitions = new Map<string, PartitionEntry>();
  for (const [code, described] of Object.entries(series)) {
    const { extent, tree } = readSeries(code, described);
    extents.set(code, extent);
    if (tree !== undefined) harvest(tree, code, versions, partitions);
  }
  for (const [owner, tree] of Object.entries(others)) {
    if (!isSegment(owner) || extents.has(owner)) throw new TypeError(`"${owner}" is in the wrong place`);
    harvest(tree, owner, versions, partitions);
  }
  return { series: extents, partitions };
}

function readSeries(code: string, described: unknown): { extent: SeriesExtent; tree: unknown } {
  if (Array.isArray(described) && isSegment(code)) {
    const [first, last, count, tree]: unknown[] = described;
    const isWhole = described.length === 3 || described.length === 4;
    if (isWhole && isTime(first) && isTime(last) && isNatural(count)) return { extent: { first, last, count }, tree };
  }
  throw new TypeError(`"${code}" is not described as a series`);
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && readIso(value)?.offset !== undefined;
}

function damaged(key: string, cause?: unknown): IngestorError {
  return new IngestorError("STORAGE", `Cannot read "${key}": it is not a snapshot, or is damaged`, {
    cause,
    hint: damagedHint,
  });
}
