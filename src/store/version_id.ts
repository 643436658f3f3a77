import type { Random } from "../core/ports.ts";

const pattern = /^v(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})_(\d{6})$/;
const second = 1000;
const microsecondsPerSecond = 1_000_000;

/**
 * `v20241125_130501_483920`: UTC with random microseconds, and always greater than the current version's id, also
 * where that comes from a clock that ran ahead of ours.
 */
export function newVersionId(now: Date, random: Random, current: string | undefined): string {
  const seconds = Math.floor(now.getTime() / second);
  const last = current === undefined ? undefined : readVersionId(current);
  if (last === undefined || seconds > last.seconds) return format(seconds, between(0, random));
  if (last.microseconds + 1 < microsecondsPerSecond)
    return format(last.seconds, between(last.microseconds + 1, random));
  return format(last.seconds + 1, between(0, random));
}

/** When a version id was made, as far as it says so; undefined for what is no version id. */
export function versionTime(version_id: string): Date | undefined {
  const read = readVersionId(version_id);
  return read && new Date(read.seconds * second);
}

function between(least: number, random: Random): number {
  return least + Math.floor(random() * (microsecondsPerSecond - least));
}

function readVersionId(text: string): { seconds: number; microseconds: number } | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, seconds = 0] = match.slice(1, 7).map(Number);
  return { seconds: Date.UTC(year, month - 1, day, hour, minute, seconds) / second, microseconds: Number(match[7]) };
}

function format(seconds: number, microseconds: number): string {
  const digits = new Date(seconds * second).toISOString().replace(/\D/g, "");
  return `v${digits.slice(0, 8)}_${digits.slice(8, 14)}_${String(microseconds).padStart(6, "0")}`;
}
