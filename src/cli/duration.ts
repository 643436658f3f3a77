import { wrongArguments } from "./flags.ts";

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const longest = 24 * 3_600_000;

/** Milliseconds of `30s`, `10m` or `2h`. Throws an `IngestorError` (`ARGUMENT`) for anything else. */
export function readDuration(flag: string, text: string): number {
  const [, amount, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  const ms = Number(amount) * (units[unit ?? ""] ?? NaN);
  if (ms <= longest) return ms;
  throw wrongArguments([`"${flag}" wants a time such as 30s, 10m or 2h, 24h at most`]);
}
