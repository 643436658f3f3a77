import type { Change } from "../store/compare.ts";
import type { StoredObservation } from "../core/observation.ts";
import { timeCell } from "./encode.ts";
import { formatCount, formatTable } from "./format.ts";
import { cut, moreLine, textOf } from "./screen.ts";
import { tableChunks } from "./table.ts";

interface Counts {
  added: number;
  revised: number;
  withdrawn: number;
}

/** The changes so far, by series. */
export interface DiffTally {
  series: ReadonlyMap<string, Counts>;
  count(change: Change): void;
}

export function newDiffTally(): DiffTally {
  const series = new Map<string, Counts>();
  return {
    series,
    count({ change, internal_series_code: code }) {
      const counts = series.get(code) ?? { added: 0, revised: 0, withdrawn: 0 };
      counts[change]++;
      series.set(code, counts);
    },
  };
}

const header = ["change", "series", "obs_time", "before", "after"];

/** The changes for people, a line each and at most so many; all are pulled in any case, to be counted. */
export async function* changeChunks(
  changes: AsyncIterable<readonly Change[]>,
  most: number,
): AsyncGenerator<string, void, void> {
  let seen = 0;
  async function* rows() {
    for await (const batch of changes) {
      yield batch.slice(0, Math.max(0, most - seen)).map(cells);
      seen += batch.length;
    }
  }
  yield* tableChunks(header, rows(), [3, 4]);
  if (seen > most) yield textOf([moreLine(seen - most, "-v shows all")]);
  if (seen > 0) yield "\n";
}

function cells({ change, internal_series_code, obs_time, before, after }: Change): string[] {
  return [change, internal_series_code, timeCell(obs_time), valueCell(before, after), valueCell(after, before)];
}

/** With what else differs: a value alone would look the same. */
function valueCell(row: StoredObservation | undefined, other: StoredObservation | undefined): string {
  if (row === undefined) return "";
  const differing = (["unit", "frequency", "obs_time"] as const).filter((key) => other && row[key] !== other[key]);
  return [row.value, ...differing.map((key) => row[key])].join(" ");
}

/** The changes by series, at most so many, and in all. */
export function diffSummary(
  dataset_id: string,
  before: string | undefined,
  after: string,
  { series }: DiffTally,
  most: number,
): string {
  const all = [...series].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { shown, more } = cut(all, most);
  const rows = shown.map(([code, counts]) => [
    code,
    ...[counts.added, counts.revised, counts.withdrawn].map(formatCount),
  ]);
  const table = rows.length === 0 ? [] : formatTable([["series", "added", "revised", "withdrawn"], ...rows], [1, 2, 3]);
  const total = (what: keyof Counts) => all.reduce((sum, [, counts]) => sum + counts[what], 0);
  const totals = (["added", "revised", "withdrawn"] as const).map((what) => `${formatCount(total(what))} ${what}`);
  const line = `${dataset_id}: ${before ?? "nothing"} → ${after} (${totals.join(", ")})`;
  return textOf([...table, ...more, ...(table.length > 0 ? [""] : []), line]);
}
