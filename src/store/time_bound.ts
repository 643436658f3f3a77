import { isoLocal, readIso } from "../core/time.ts";
import { instantOf } from "./order.ts";

const minute = 60_000;
const day = 86_400_000;

/**
 * A moment to begin or end at. As a local time it may be given in part, and then means all of it: `2024` as an end is
 * the last moment of 2024. With an offset it is an instant.
 */
export interface TimeBound {
  /** Local times between which it lies, in part: the same text where it is a local time. */
  earliest: string;
  latest: string;
  /** Milliseconds since 1970 in UTC, where it is an instant. */
  instant: number | undefined;
}

/** Reads `2024`, `2024-05`, `2024-05-03`, or a time with or without an offset; undefined for anything else. */
export function readBound(text: string): TimeBound | undefined {
  const [year, month] = [/^\d{4}$/.test(text), /^\d{4}-\d{2}$/.test(text)];
  const written = readIso(year ? `${text}-01-01` : month ? `${text}-01` : text);
  if (written === undefined) return undefined;
  if (written.offset === undefined) {
    const local = text.replace(" ", "T");
    return { earliest: local, latest: local, instant: undefined };
  }
  const instant = written.wall - written.offset * minute;
  // No offset is as long as a day.
  return { earliest: isoLocal(instant - day), latest: isoLocal(instant + day), instant };
}

/** Whether an observation's time is at `from` or after it. */
export function isFrom(obs_time: string, from: TimeBound): boolean {
  if (from.instant !== undefined) return instantOf(obs_time) >= from.instant;
  return compareInPart(localOf(obs_time), from.earliest) >= 0;
}

/** Whether an observation's time is at `to` or before it. */
export function isUpTo(obs_time: string, to: TimeBound): boolean {
  if (to.instant !== undefined) return instantOf(obs_time) <= to.instant;
  return compareInPart(localOf(obs_time), to.latest) <= 0;
}

/** Whether nothing can be at `from` or after it and at `to` or before it. */
export function isBackwards(from: TimeBound, to: TimeBound): boolean {
  if (from.instant !== undefined && to.instant !== undefined) return from.instant > to.instant;
  return compareInPart(from.earliest, to.latest) > 0;
}

/** Local times, the first and the last that something may have. */
export interface Span {
  first: string;
  last: string;
}

/** How much of a span lies between the bounds; `some` where that cannot be told from the span. */
export function shareOf(span: Span, from: TimeBound | undefined, to: TimeBound | undefined): "all" | "some" | "none" {
  if (from && compareInPart(span.last, from.earliest) < 0) return "none";
  if (to && compareInPart(span.first, to.latest) > 0) return "none";
  const begins = !from || compareInPart(span.first, from.latest) >= 0;
  const ends = !to || compareInPart(span.last, to.earliest) <= 0;
  return begins && ends ? "all" : "some";
}

/** The local time of an `obs_time`, with what it has of a second. */
export function localOf(obs_time: string): string {
  return obs_time.slice(0, -"+00:00".length);
}

/** Compares as far as the second text goes. */
function compareInPart(local: string, text: string): number {
  const part = local.slice(0, text.length);
  return part < text ? -1 : part > text ? 1 : 0;
}
