import type { Random } from "../core/ports.ts";

/** `r20241125_130501_407a3f0`: the millisecond in UTC, so that ids sort by time, and what keeps the runs of one apart. */
export function newRunId(now: Date, random: Random): string {
  const digits = now.toISOString().replace(/\D/g, "");
  const suffix = Math.floor(random() * 0x10000)
    .toString(16)
    .padStart(4, "0");
  return `r${digits.slice(0, 8)}_${digits.slice(8, 14)}_${digits.slice(14, 17)}${suffix}`;
}
