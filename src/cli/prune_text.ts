import type { Pruned } from "../run/prune.ts";
import type { DoomedVersion } from "../store/prune_plan.ts";
import { formatBytes, formatCount, formatNumber, formatTable } from "./format.ts";
import { cut, jsonText, textOf } from "./screen.ts";

/** What `prune --json` prints. */
export function pruneJson(dataset_id: string, { store, deleted, plan }: Pruned): string {
  const versions = plan.versions.map((version) => ({
    version_id: version.version_id,
    why: version.why,
    files: filesOf(version),
    bytes: version.bytes,
  }));
  const { kept, archives, reports } = plan;
  const totals = { archives: archives.length, reports: reports.length, ...totalOf(plan) };
  return jsonText([{ dataset_id, store, deleted, kept: kept.length, versions, ...totals }]);
}

/** What a prune came to, or would, for people: a line for each of the first `most` versions, and the sums. */
export function pruneText(dataset_id: string, { deleted, plan }: Pruned, most: number): string {
  const { files, bytes } = totalOf(plan);
  const { versions, archives, reports, kept } = plan;
  const stays = `${formatNumber(kept.length, "version")} ${kept.length === 1 ? "stays" : "stay"}${unannouncedRemark(plan)}`;
  if (files === 0) return textOf([`${dataset_id}: nothing to delete, ${stays}`]);
  const lines = [
    `${dataset_id}: ${deleted ? "deleted" : "would delete"} ${formatNumber(files, "file")}, ${formatBytes(bytes)}; ${stays}`,
  ];
  if (versions.length > 0) lines.push("", ...versionTable(versions, most));
  const others = [
    ...(archives.length > 0 ? [["source archives", formatCount(archives.length)]] : []),
    ...(reports.length > 0 ? [["run reports", formatCount(reports.length)]] : []),
  ];
  if (others.length > 0) lines.push("", ...formatTable(others, [1]));
  if (!deleted) lines.push("", "nothing is deleted yet: --yes deletes");
  return textOf(lines);
}

function unannouncedRemark({ unannounced, kept }: Pruned["plan"]): string {
  return unannounced && kept.length > 0 ? ": what was announced is not known" : "";
}

function versionTable(versions: readonly DoomedVersion[], most: number): string[] {
  const { shown, more } = cut(versions, most);
  const rows = shown.map((version) => [
    version.version_id,
    formatCount(filesOf(version)),
    formatBytes(version.bytes),
    version.why,
  ]);
  return [...formatTable([["version", "files", "size", "why"], ...rows], [1, 2]), ...more];
}

function filesOf({ manifest, files }: DoomedVersion): number {
  return files.length + (manifest === undefined ? 0 : 1);
}

function totalOf({ versions, archives, reports }: Pruned["plan"]): { files: number; bytes: number } {
  const others = [...archives, ...reports];
  const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);
  return {
    files: sum(versions.map(filesOf)) + others.length,
    bytes: sum(versions.map(({ bytes }) => bytes)) + sum(others.map(({ size }) => size)),
  };
}
