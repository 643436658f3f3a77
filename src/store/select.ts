import type { StoredObservation } from "../core/observation.ts";
import { workAhead } from "../core/ahead.ts";
import { readObservations } from "./observations.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry, Snapshot } from "./snapshot.ts";
import { isFrom, isUpTo, localOf, shareOf, type Span, type TimeBound } from "./time_bound.ts";

/** Which observations of a version are wanted; what is not said, is not limited. */
export interface Selection {
  series?: ReadonlySet<string> | undefined;
  from?: TimeBound | undefined;
  to?: TimeBound | undefined;
}

/** A partition that can hold something of a selection. */
export interface SelectedPartition {
  partition: string;
  entry: PartitionEntry;
  /** Whether all that it holds is wanted. */
  whole: boolean;
}

/** Read at once: files, and observations in them. */
const ahead = { items: 16, weight: 100_000 };

/**
 * The partitions that can hold what is wanted, in the order in which they are read: by series and then by time, or by
 * time alone where all series share a partition.
 */
export function selectPartitions({ partitions, series }: Snapshot, selection: Selection): SelectedPartition[] {
  const selected: SelectedPartition[] = [];
  for (const [partition, entry] of inReadingOrder(partitions)) {
    const code = seriesOf(partition);
    if (entry.rows === 0) continue;
    if (code !== undefined && selection.series?.has(code) === false) continue;
    const extent = code === undefined ? undefined : series.get(code);
    const within = extent && { first: localOf(extent.first), last: localOf(extent.last) };
    const share = shareOf(spanOf(partition, within), selection.from, selection.to);
    if (share === "none") continue;
    selected.push({ partition, entry, whole: share === "all" && (code !== undefined || !selection.series) });
  }
  return selected;
}

/** The observations of these partitions that are wanted, in order, a partition at a time; the next ones are read meanwhile. */
export async function* readSelected(
  site: Site,
  partitions: Iterable<SelectedPartition>,
  selection: Selection,
): AsyncGenerator<StoredObservation[], void, void> {
  const batches = workAhead(partitions, ({ partition, entry }) => readObservations(site, partition, entry), {
    ...ahead,
    weightOf: ({ entry }) => entry.rows,
  });
  const isWanted = wants(selection);
  for await (const rows of batches) {
    const wanted = rows.filter(isWanted);
    if (wanted.length > 0) yield wanted;
  }
}

/** Partitions, or whatever is kept by them, sorted by series and then by time. */
export function inReadingOrder<T>(byPartition: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  // Slashes sort behind the "-" that may follow in a longer code.
  const keyed = Array.from(byPartition, (entry) => [entry[0].replaceAll("/", "\u0000"), entry] as const);
  return keyed.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function wants({ series, from, to }: Selection) {
  return ({ internal_series_code, obs_time }: StoredObservation): boolean =>
    (series === undefined || series.has(internal_series_code)) &&
    (from === undefined || isFrom(obs_time, from)) &&
    (to === undefined || isUpTo(obs_time, to));
}

/** The series that alone fills the partition; undefined where all share it. */
function seriesOf(partition: string): string | undefined {
  const [first] = partition.split("/", 1);
  return first?.startsWith("year=") ? undefined : first;
}

/** The local times that a partition can hold, by its path and, where it belongs to one series, by where that begins and ends. */
function spanOf(partition: string, within: Span = { first: "", last: "~" }): Span {
  const match = /(?:^|\/)year=(\d{4})(?:\/month=(\d{2}))?$/.exec(partition);
  if (!match) return within;
  const [, year = "", month] = match;
  const first = `${year}-${month ?? "01"}-01T00:00:00`;
  const last = `${year}-${month ?? "12"}-${lastDay(year, month ?? "12")}T23:59:59.999`;
  return { first: first > within.first ? first : within.first, last: last < within.last ? last : within.last };
}

function lastDay(year: string, month: string): string {
  // A year that is leap when that one is, in a range where Date.UTC takes years as they are.
  const alike = 2000 + (Number(year) % 400);
  return String(new Date(Date.UTC(alike, Number(month), 0)).getUTCDate());
}
