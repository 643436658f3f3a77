import type { Verified } from "../run/verify.ts";
import type { Finding } from "../store/finding.ts";
import { formatCount, formatNumber } from "./format.ts";
import { cut, jsonText, textOf } from "./screen.ts";

/** What `verify --json` prints. */
export function verifyJson(dataset_id: string, found: Verified): string {
  const { store, version_id = null, versions, files, projections, archives } = found;
  const problems = found.findings.map(({ key, problem, remedy }) => ({
    key,
    problem,
    repairable: remedy !== undefined,
  }));
  const repaired = found.repaired.map(({ key, problem }) => ({ key, problem }));
  return jsonText([{ dataset_id, store, version_id, versions, files, projections, archives, problems, repaired }]);
}

/** What a verification came to, for people: a line for each of the first `most` problems, and what to do. */
export function verifyText(dataset_id: string, found: Verified, most: number): string {
  const { findings, repaired, version_id } = found;
  if (version_id === undefined && findings.length === 0) return textOf([`${dataset_id}: nothing is published yet`]);
  const lines = [`${dataset_id}: ${verdict(found)}`];
  if (repaired.length > 0) lines.push("", ...listed("repaired:", repaired, most));
  if (findings.length > 0) lines.push("", ...listed("wrong:", findings, most), "", ...advice(found));
  return textOf(lines);
}

function verdict({ findings, repaired, store, ...found }: Verified): string {
  const mended = repaired.length === 0 ? "" : `, ${formatCount(repaired.length)} repaired`;
  const wrong = findings.length === 0 ? "whole" : formatNumber(findings.length, "problem");
  return `${wrong}${mended} in ${store} (${checked(found)})`;
}

function checked({
  version_id,
  versions,
  files,
  projections,
  archives,
  unlisted,
}: Omit<Verified, "findings" | "repaired" | "store">) {
  if (unlisted) return `${version_id} was written by an older system, which does not list what it consists of`;
  const parts = [
    versions === 1 ? (version_id ?? "") : formatNumber(versions, "version"),
    formatNumber(files, "data file"),
    ...(projections === 0 ? [] : [formatNumber(projections, "projection")]),
    ...(archives === 0 ? [] : [formatNumber(archives, "source archive")]),
  ];
  return parts.join(", ");
}

function listed(title: string, findings: readonly Finding[], most: number): string[] {
  const { shown, more } = cut(findings, most);
  return [title, ...[...shown.map(({ key, problem }) => `${key} ${problem}`), ...more].map((line) => `  ${line}`)];
}

/** What helps, for each kind of problem that is left. */
function advice({ findings, hindrance }: Verified): string[] {
  const lines: string[] = [];
  if (hindrance !== undefined) lines.push(`the projections could not be repaired: ${hindrance}`);
  const repairable = findings.filter(({ remedy }) => remedy).length;
  if (repairable > 0 && hindrance === undefined) lines.push(`hint: --repair puts ${repairable} of these right`);
  const lost = findings.filter(({ key, remedy }) => !remedy && key.includes("/versions/") && key.includes("/data/"));
  if (lost.length > 0) {
    lines.push(
      "hint: restore lost data files from a backup; or roll back to a version that does without them, and then run --full",
    );
  }
  const others = findings.length - repairable - lost.length;
  if (others > 0) lines.push(`hint: restore ${others === findings.length ? "this" : "the others"} from a backup`);
  return lines;
}
