import type { Random } from "../core/ports.ts";

const firstBackoff = 250;
const longestBackoff = 10_000;

/** Milliseconds to wait after that attempt: exponential, with full jitter. */
export function backoffAfter(attempt: number, random: Random): number {
  return random() * Math.min(longestBackoff, firstBackoff * 2 ** (attempt - 1));
}
