import { isoLocal, isoOffset, readIso } from "./time.ts";
import { instantOffsets, zoneOffsets } from "./zone.ts";

const minute = 60_000;

/** How many texts are remembered: 130 years of days. */
const cacheSize = 50_000;

export interface PlacedTime {
  /** As stored: `2024-11-25T00:00:00-03:00`. */
  obs_time: string;
  /** Milliseconds since 1970 in UTC. */
  instant: number;
}

/**
 * Gives a function that reads a parser's `obs_time` and places it in the time zone: a wall clock as it stands, an
 * instant at the wall clock that it has there. Undefined for what is no time. Series share their dates, so the
 * answers are kept.
 */
export function obsTimeReader(zone: string): (text: string) => PlacedTime | undefined {
  const place = placeIn(zone);
  const known = new Map<string, PlacedTime>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= cacheSize) known.clear();
    const placed = place(text);
    if (placed) known.set(text, placed);
    return placed;
  };
}

function placeIn(zone: string) {
  const ofWall = zoneOffsets(zone);
  const ofInstant = instantOffsets(zone);

  return (text: string): PlacedTime | undefined => {
    const written = readIso(text);
    if (!written) return undefined;
    if (written.offset === undefined) return placed(written.wall, ofWall(written.wall));
    const instant = written.wall - written.offset * minute;
    const offset = ofInstant(instant);
    return placed(instant + offset * minute, offset);
  };
}

function placed(wall: number, offset: number): PlacedTime | undefined {
  const year = new Date(wall).getUTCFullYear();
  if (year < 0 || year > 9999) return undefined;
  return { obs_time: isoLocal(wall) + isoOffset(offset), instant: wall - offset * minute };
}
