import { readIso } from "../core/time.ts";

const minute = 60_000;
const day = 86_400_000;

/**
 * Reads a moment to look back from: a time, in UTC where it has no offset, or a day, a month or a year, which mean
 * their ends. Undefined for anything else.
 */
export function readMoment(text: string): Date | undefined {
  const [year, month = "12"] = /^(\d{4})(?:-(\d{2}))?$/.exec(text)?.slice(1) ?? [];
  if (year !== undefined) return endOfMonth(`${year}-${month}-01`);
  const written = readIso(text);
  if (written === undefined) return undefined;
  const isDay = text.length === "2024-05-03".length;
  return new Date(written.wall - (written.offset ?? 0) * minute + (isDay ? day - 1 : 0));
}

function endOfMonth(first: string): Date | undefined {
  const written = readIso(first);
  if (written === undefined) return undefined;
  const next = new Date(written.wall);
  next.setUTCMonth(next.getUTCMonth() + 1);
  return new Date(next.getTime() - 1);
}
