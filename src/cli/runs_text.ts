import { errorLine } from "./errors.ts";
import { formatCount, formatTable } from "./format.ts";
import { textOf } from "./screen.ts";
import type { RunReport } from "../run/report.ts";

/** One of several runs: what came of it, or nothing where there was no time for it. */
export interface OneOfMany {
  wanted: string;
  report?: RunReport | undefined;
  seconds: number;
}

const header = ["dataset", "status", "new", "revised", "withdrawn", "seconds"];

/** What several runs came to, for people: a line for each, and how many came to what. */
export function runsText(runs: readonly OneOfMany[]): string {
  return textOf([...formatTable([header, ...runs.map(cells)], [2, 3, 4, 5]), "", totals(runs)]);
}

function cells({ wanted, report, seconds }: OneOfMany): string[] {
  if (report === undefined) return [wanted, "not run"];
  const { dataset_id, status, added, revised, withdrawn, error } = report;
  const isCounted = status === "published" || status === "blocked";
  const counts = isCounted ? [`+${formatCount(added)}`, formatCount(revised), withdrawnText(withdrawn)] : ["", "", ""];
  return [dataset_id, status, ...counts, seconds.toFixed(1), error ? firstLine(errorLine(error)) : ""];
}

/** An incremental run cannot see withdrawals, and must not be read as having found none. */
function withdrawnText(withdrawn: number | null): string {
  return withdrawn === null ? "?" : formatCount(withdrawn);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** How many runs came to what, as in `3 datasets: 2 published, 1 failed`. */
function totals(runs: readonly OneOfMany[]): string {
  const counts = Object.entries(countsOf(runs)).map(([status, count]) => `${formatCount(count)} ${status}`);
  return `${formatCount(runs.length)} ${runs.length === 1 ? "dataset" : "datasets"}: ${counts.join(", ")}`;
}

/** How many runs came to each status; `not run` is none that a run can have. */
export function countsOf(runs: readonly OneOfMany[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { report } of runs) {
    const status = report?.status ?? "not run";
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}
