import type { Random } from "../core/ports.ts";

const pattern = /^v(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})_(\d{6})$/;
const second = 1000;
const microsecondsPerSecond = 1_000_000;

/**
 * `v20241125_130501_483920`: UTC with random microseconds, and always greater than the current version's id, also
 * where that comes from a clock that ran ahead of ours. There are always a million to choose from: with fewer, what
 * dead runs have left could leave none.
 */
export function newVersionId(now: Date, random: Random, current: string | undefined): string {
  const last = current === undefined ? undefined : readVersionId(current);
  const least = Math.max(Math.floor(now.getTime() / second) * microsecondsPerSecond, (last ?? -1) + 1);
  return format(least + Math.floor(random() * microsecondsPerSecond));
}

/** When a version id was made, as far as it says so; undefined for what is no version id. */
export function versionTime(version_id: string): Date | undefined {
  const read = readVersionId(version_id);
  return read === undefined ? undefined : new Date(Math.floor(read / microsecondsPerSecond) * second);
}

/** The id as microseconds since 1970. */
function readVersionId(text: string): number | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, seconds = 0] = match.slice(1, 7).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, seconds) * (microsecondsPerSecond / second) + Number(match[7]);
}

function format(microseconds: number): string {
  const seconds = Math.floor(microseconds / microsecondsPerSecond);
  const digits = new Date(seconds * second).toISOString().replace(/\D/g, "");
  const rest = String(microseconds % microsecondsPerSecond).padStart(6, "0");
  return `v${digits.slice(0, 8)}_${digits.slice(8, 14)}_${rest}`;
}
