import type { CellValue } from "hucre/xlsx";
import { isoDate, isoLocal, readIso } from "../../../api.ts";

const day = 86_400_000;
const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(9999, 11, 31, 23, 59, 59);
const clock = String.raw`(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?`;
const dayFirst = new RegExp(String.raw`^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})${clock}$`);
const yearFirst = new RegExp(String.raw`^(\d{4})([/-])(\d{1,2})(?:\2(\d{1,2})${clock})?(?:Z|[+-]\d{2}:?\d{2})?$`);

/**
 * The date that a cell holds, as wall-clock ISO without zone: `2024-11-25`, or `2024-11-25T10:30:00` where there is a
 * time of day; undefined if it holds none. Takes date cells, plain serial numbers from 1927 to 2173, and the texts
 * `2024-11-25`, `25/11/2024` (the day first; also with `-` or `.`), `2024/11/25` and `2024-11`, the days with or
 * without a time. Not taken: the month first, years of two digits, names of months, `2024M11`, `2024Q3`, bare years.
 */
export function readDate(cell: CellValue, date1904: boolean): string | undefined {
  if (cell instanceof Date) return wallClock(cell.getTime());
  if (typeof cell === "number") return readSerial(cell, date1904);
  return typeof cell === "string" ? readText(cell.trim()) : undefined;
}

/** A moment in milliseconds, read as if the clock on the wall were UTC and rounded to the second, as ISO. */
export function wallClock(milliseconds: number): string | undefined {
  const wall = Math.round(milliseconds / 1000) * 1000;
  if (!(wall >= earliest && wall <= latest)) return undefined;
  return wall % day === 0 ? isoDate(wall) : isoLocal(wall);
}

function readSerial(serial: number, date1904: boolean): string | undefined {
  // Without a date format, 2024 is a year and 202411 a month; neither may become a day in 1905 or 2454.
  if (serial < 10_000 || serial >= 100_000) return undefined;
  const epoch = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  return wallClock(epoch + serial * day);
}

function readText(text: string): string | undefined {
  const european = dayFirst.exec(text);
  if (european) {
    const [, date, , month, year, ...time] = european;
    return fromParts([year, month, date], time);
  }
  const iso = yearFirst.exec(text);
  if (!iso) return undefined;
  // A cell holds wall-clock time; the Z that some writers append says nothing of the zone.
  const [, year, , month, date, ...time] = iso;
  return fromParts([year, month, date ?? "1"], time);
}

type Parts = readonly (string | undefined)[];

function fromParts(date: Parts, time: Parts): string | undefined {
  const written = `${padded(date).join("-")}T${padded(time).join(":")}`;
  const read = readIso(written);
  return read && wallClock(read.wall);
}

function padded(parts: Parts): string[] {
  return parts.map((part) => (part ?? "").padStart(2, "0"));
}
