const minute = 60_000;
const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/;

/** A moment as written: the wall clock in milliseconds as if it were UTC, and the offset in minutes where there is one. */
export interface WrittenTime {
  wall: number;
  offset: number | undefined;
}

/** Reads an ISO 8601 date or date-time, with or without an offset; undefined for anything else and for days that no calendar has. */
export function readIso(text: string): WrittenTime | undefined {
  const match = isoPattern.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minutes, seconds] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minutes > 59 || seconds > 59) return undefined;
  const wall = utc(year, month, day) + ((hour * 60 + minutes) * 60 + seconds) * 1000 + fraction(match[7]);
  if (isoDate(wall) !== `${match[1]}-${match[2]}-${match[3]}`) return undefined;
  return { wall, offset: readOffset(match[8]) };
}

function utc(year: number, month: number, day: number): number {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function fraction(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.padEnd(3, "0").slice(0, 3));
}

function readOffset(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "Z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return text[0] === "-" ? -minutes : minutes;
}

/** `2024-11-25` of a wall clock in milliseconds. */
export function isoDate(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}

/** `2024-11-25T00:00:00` of a wall clock in milliseconds, with milliseconds where there are any. */
export function isoLocal(wall: number): string {
  const text = new Date(wall).toISOString();
  return wall % 1000 === 0 ? text.slice(0, 19) : text.slice(0, 23);
}

/** `-03:00` of an offset in minutes; UTC is `+00:00`. */
export function isoOffset(offset: number): string {
  const size = Math.abs(offset);
  const hours = String(Math.floor(size / 60)).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${hours}:${String(size % 60).padStart(2, "0")}`;
}

const obsTimes = new Map<number, Map<number, string>>();
const mostRemembered = 50_000;

/** The `obs_time` of an instant: its wall clock at that offset, and the offset. Remembered, within bounds: series share their times. */
export function obsTimeOf(epoch: number, offset: number): string {
  let known = obsTimes.get(offset);
  if (known === undefined || known.size > mostRemembered) obsTimes.set(offset, (known = new Map()));
  let text = known.get(epoch);
  if (text === undefined) known.set(epoch, (text = isoLocal(epoch + offset * minute) + isoOffset(offset)));
  return text;
}

/** `2024-11-25T13:00:00Z`: how manifests and reports write instants. */
export function isoSeconds(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}

/** `2024-11-25T13:00:00.000000+00:00`: how `collection_date` is written. */
export function isoMicroseconds(instant: Date): string {
  return `${instant.toISOString().slice(0, 23)}000+00:00`;
}

/** The local time without zone of an `obs_time`: what state files hold. */
export function localPart(obs_time: string): string {
  return obs_time.slice(0, 19);
}
