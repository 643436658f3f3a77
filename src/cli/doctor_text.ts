import { columnWidths, formatTable } from "./format.ts";
import { textOf } from "./screen.ts";
import type { Diagnosis } from "../run/diagnosis.ts";

const words: Record<Diagnosis["status"], string> = { ok: "ok", warn: "warn", fail: "FAIL" };

/** As wide as the longest of what there is, as the lines to come are not known. */
const usual = [["warn", "temporary folder"]];

/** A line for what was looked at, and where it is not well one below it that says what to do. */
export function diagnosisText({ status, what, detail, todo }: Diagnosis): string {
  const row = [words[status], what, detail.replace(/\s+/g, " ")];
  const lines = formatTable([row], [], columnWidths([row.slice(0, 2), ...usual]));
  return textOf(status === "ok" || todo === undefined ? lines : [...lines, `      to do: ${todo}`]);
}

export function totalsText(found: readonly Diagnosis[]): string {
  const [warned, failed] = (["warn", "fail"] as const).map(
    (wanted) => found.filter(({ status }) => status === wanted).length,
  );
  const totals = failed === 0 && warned === 0 ? "all is well" : `${failed} failed, ${warned} to look at`;
  return textOf(["", totals]);
}
