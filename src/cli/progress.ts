import { formatAmount, formatSeconds } from "./format.ts";
import type { RunEvent } from "../run/ports.ts";

type Progress = Extract<RunEvent, { kind: "progress" }>;
type Finished = Extract<RunEvent, { kind: "finished" }>;

/** `extract    5.4 MB in 0.3 s` */
export function stageLine({ stage, counts, seconds }: Finished): string {
  const amounts = Object.entries(counts).map(([what, amount]) => formatAmount(amount, what));
  const took = formatSeconds(seconds);
  return `${stage.padEnd(9)}  ${amounts.length === 0 ? took : `${amounts.join(", ")} in ${took}`}`;
}

/** `extract  ██████░░░░  5.4 MB of 9.0 MB`; without the bar where the total is not known. */
export function progressText({ stage, done, total, unit }: Progress): string {
  if (total === undefined || total <= 0) return `${stage}  ${formatAmount(done, unit)}`;
  const filled = Math.round(10 * Math.min(1, done / total));
  const bar = "█".repeat(filled) + "░".repeat(10 - filled);
  return `${stage}  ${bar}  ${formatAmount(done, unit)} of ${formatAmount(total, unit)}`;
}
