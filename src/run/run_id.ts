import type { Random } from "../core/ports.ts";

/** `r20241125_130501_a3f09c`: the second in UTC, and what keeps the runs of one second apart. */
export function newRunId(now: Date, random: Random): string {
  const digits = now.toISOString().replace(/\D/g, "");
  const suffix = Math.floor(random() * 0x1000000)
    .toString(16)
    .padStart(6, "0");
  return `r${digits.slice(0, 8)}_${digits.slice(8, 14)}_${suffix}`;
}
