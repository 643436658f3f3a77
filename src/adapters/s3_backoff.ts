import type { Random } from "../core/ports.ts";
import type { Refusal } from "./s3_refusal.ts";

const firstBackoff = 250;
const longestBackoff = 10_000;
const longestRetryAfter = 60_000;

/** Milliseconds to wait after that attempt: exponential, with full jitter. */
export function backoffAfter(attempt: number, random: Random): number {
  return random() * Math.min(longestBackoff, firstBackoff * 2 ** (attempt - 1));
}

/** Milliseconds that the server asks to wait. */
export function askedWait({ retryAfter = "" }: Refusal): number {
  return /^\d+$/.test(retryAfter) ? Math.min(longestRetryAfter, Number(retryAfter) * 1000) : 0;
}
