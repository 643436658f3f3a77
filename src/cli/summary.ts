import { layoutOf } from "../store/layout.ts";
import { formatCount, formatNumber, formatTable } from "./format.ts";
import type { RunReport } from "../run/report.ts";

export interface SummarySettings {
  /** Whether everything is listed, however long. */
  verbose: boolean;
  /** The command to try next, where there is one. */
  next?: string | undefined;
}

const listedSeries = 20;
const listedReasons = 5;

/** What one run came to, for people; of one that found nothing new, a single line. */
export function runSummary(report: RunReport, { verbose, next }: SummarySettings): string {
  const lines = [statusLine(report)];
  if (report.status === "published" || report.status === "done") {
    const rest = [...seriesTable(report, verbose), "", ...details(report, verbose)];
    if (next !== undefined) rest.push("", `next: ${next}`);
    lines.push("", ...rest);
  }
  return `${lines.join("\n")}\n`;
}

/** `example: published v2026… (+84,727 new, 0 revised, 0 withdrawn)` */
export function statusLine(report: RunReport): string {
  return `${report.dataset_id}: ${report.status}${resultOf(report)}`;
}

function resultOf(report: RunReport): string {
  const { status, version_id } = report;
  if (status === "published") return ` ${version_id} (${changesText(report)})`;
  if (status === "done") return `, ${formatNumber(observationsOf(report), "observation")}, ${destinationOf(report)}`;
  if (status === "unchanged") return version_id === null ? "" : `, nothing new since ${version_id}`;
  return version_id === null ? "" : `, after it published ${version_id}`;
}

function destinationOf({ store }: RunReport): string {
  return store === null ? "no loader" : `loaded into ${store}`;
}

/** `+84,727 new, 2 revised, 0 withdrawn` */
export function changesText({ added, revised, withdrawn }: RunReport): string {
  const counts = `+${formatCount(added)} new, ${formatCount(revised)} revised`;
  // An incremental run must not be read as having found that nothing older has changed.
  return withdrawn === null ? `${counts}; older values not compared` : `${counts}, ${formatCount(withdrawn)} withdrawn`;
}

function observationsOf({ series }: RunReport): number {
  return Object.values(series).reduce((sum, { observations }) => sum + observations, 0);
}

function seriesTable({ series }: RunReport, verbose: boolean): string[] {
  const all = Object.entries(series);
  const shown = verbose || all.length <= listedSeries ? all : all.slice(0, listedSeries - 1);
  const rows = shown.map(([code, { observations, last_obs_time }]) => [
    code,
    formatCount(observations),
    last_obs_time?.slice(0, 10) ?? "",
  ]);
  const table = formatTable([["series", "observations", "last"], ...rows], [1]);
  return shown.length === all.length ? table : [...table, `… and ${formatCount(all.length - shown.length)} more`];
}

function details(report: RunReport, verbose: boolean): string[] {
  const rows = [...places(report), ["rejected", formatCount(report.rejected)]];
  rows.push(...reasonRows(report.rejections, verbose));
  rows.push(["duplicates", formatCount(report.duplicates)]);
  return formatTable(rows);
}

function places({ store, version_id, dataset_id, files }: RunReport): string[][] {
  if (store === null || version_id === null) return [];
  const layout = layoutOf(dataset_id);
  return [
    ["version", `${store}/${layout.dataDir(version_id)}  (${formatNumber(files, "file")})`],
    ["projections", `${store}/${layout.projectionsDir}`],
  ];
}

function reasonRows(rejections: Readonly<Record<string, number>>, verbose: boolean): string[][] {
  const all = Object.entries(rejections).toSorted(([, one], [, other]) => other - one);
  const shown = verbose ? all : all.slice(0, listedReasons);
  const rows = shown.map(([reason, count]) => ["", `${formatCount(count)}  ${reason}`]);
  return shown.length === all.length ? rows : [...rows, ["", `… and ${all.length - shown.length} more reasons`]];
}
