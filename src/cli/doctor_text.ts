import { formatTable } from "./format.ts";
import { textOf } from "./screen.ts";
import type { Diagnosis } from "../run/diagnosis.ts";

const words: Record<Diagnosis["status"], string> = { ok: "ok", warn: "warn", fail: "FAIL" };

/** A line for each thing that was looked at, and below it what to do where it is not well. */
export function doctorText(found: readonly Diagnosis[]): string {
  const rows = formatTable(found.map(({ status, what, detail }) => [words[status], what, detail.replace(/\s+/g, " ")]));
  const lines = found.flatMap(({ status, todo }, index) => {
    const row = rows[index] ?? "";
    return status === "ok" || todo === undefined ? [row] : [row, `      to do: ${todo}`];
  });
  return textOf([...lines, "", totals(found)]);
}

function totals(found: readonly Diagnosis[]): string {
  const [warned, failed] = (["warn", "fail"] as const).map(
    (wanted) => found.filter(({ status }) => status === wanted).length,
  );
  return failed === 0 && warned === 0 ? "all is well" : `${failed} failed, ${warned} to look at`;
}
