import { tzOffset } from "@date-fns/tz";

const minute = 60_000;
const day = 86_400_000;

/** True if this machine's time zone data knows the IANA name. */
export function isTimeZone(zone: string): boolean {
  try {
    return offsetFormat(zone) !== undefined;
  } catch {
    return false;
  }
}

/** For one time zone, the offset in minutes at an instant in milliseconds. Offsets of less than a minute, from before standard time, are rounded. */
export function instantOffsets(zone: string): (epoch: number) => number {
  const format = offsetFormat(zone);
  return (epoch) => {
    const offset = tzOffset(zone, new Date(epoch));
    // tzOffset reads the sign off the hours, and so takes the -00:25 of Dublin before 1916 for +00:25.
    const lostSign = offset > 0 && offset < 60 && format.format(epoch).includes("GMT-");
    return lostSign ? -Math.round(offset) : Math.round(offset);
  };
}

/**
 * For one time zone, the offset in minutes of a wall clock given in milliseconds as if it were UTC.
 * A wall clock that happens twice means the first of the two; one that is skipped gets the offset from before the
 * skip, so that a date never moves.
 */
export function zoneOffsets(zone: string): (wall: number) => number {
  const quietDays = new Map<number, number>();
  const offsetAt = instantOffsets(zone);

  return (wall) => {
    const dayNumber = Math.floor(wall / day);
    const known = quietDays.get(dayNumber);
    if (known !== undefined) return known;
    const before = offsetAt((dayNumber - 1) * day);
    const after = offsetAt((dayNumber + 2) * day);
    if (before !== after) return offsetNearChange(wall, before, after);
    quietDays.set(dayNumber, before);
    return before;
  };

  function offsetNearChange(wall: number, before: number, after: number): number {
    if (offsetAt(wall - before * minute) === before) return before;
    return offsetAt(wall - after * minute) === after ? after : before;
  }
}

function offsetFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
}
