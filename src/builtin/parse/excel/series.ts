import type { StreamRow } from "hucre/xlsx";
import { isBlank, readNumber, type ParsedPoint } from "../../../api.ts";
import { cellAt, cellText, columnIndex, rawValue, sampleTexts } from "./cells.ts";
import type { ExcelSeries } from "./options.ts";

/** Reads one series from the dated rows of its sheet. */
export interface SeriesReader {
  readonly code: string;
  /** The point of a row; undefined where the row is not the series' own, not new, or blank and to be left out. */
  read(row: StreamRow, obs_time: string): ParsedPoint | undefined;
  /** The point of a row whose date cannot be read, where it has a number: what is left out is to be counted. */
  undated(row: StreamRow, text: string): ParsedPoint | undefined;
  /** Once all rows are read: why this cannot be the series. */
  problem(): string | undefined;
  /** Once all rows are read: what is odd about the series, as its last date before `lastObsTime`. */
  oddity(): string | undefined;
}

/** `lastObsTime`: wall clock without zone; older values are looked at, but not given. */
export function seriesReader(series: ExcelSeries, lastObsTime: string | undefined): SeriesReader {
  const { internal_series_code, value_col, drop_na } = series;
  const column = columnIndex(value_col);
  const filter = series.where && rowFilter(series.where);
  const blanks = sampleTexts();
  let [rows, latest] = [0, ""];

  function read(row: StreamRow, obs_time: string): ParsedPoint | undefined {
    if (filter && !filter.accepts(row)) return undefined;
    rows++;
    const value = rawValue(cellAt(row, column));
    const blank = isBlank(value);
    if (blank) blanks.add(String(value ?? ""));
    else if (obs_time > latest) latest = obs_time;
    // As texts, a date comes before the same date with a time, be it midnight.
    if (lastObsTime !== undefined && obs_time <= lastObsTime) return undefined;
    return blank && drop_na ? undefined : { internal_series_code, obs_time, value };
  }

  function undated(row: StreamRow, text: string): ParsedPoint | undefined {
    if (filter && !filter.accepts(row)) return undefined;
    const value = rawValue(cellAt(row, column));
    const isNumber = typeof value === "number" || (typeof value === "string" && readNumber(value) !== undefined);
    return isNumber ? { internal_series_code, obs_time: text, value } : undefined;
  }

  function problem(): string | undefined {
    if (rows === 0) return filter?.problem();
    return latest === "" ? `no value in column ${value_col}, only ${blanks.text()} (rows: ${rows})` : undefined;
  }

  function oddity(): string | undefined {
    const end = latest.length === 10 ? `${latest}T00:00:00` : latest;
    if (lastObsTime === undefined || end >= lastObsTime) return undefined;
    return `the last value is of ${latest}, and there was one of ${lastObsTime} before`;
  }

  return { code: internal_series_code, read, undated, problem, oddity };
}

function rowFilter({ col, equals }: NonNullable<ExcelSeries["where"]>) {
  const column = columnIndex(col);
  const wanted = String(equals).trim();
  const others = sampleTexts();
  return {
    accepts(row: StreamRow): boolean {
      const text = cellText(cellAt(row, column));
      if (text !== wanted) others.add(text);
      return text === wanted;
    },
    problem: () => `no row with a date where column ${col} equals "${wanted}", only ${others.text()}`,
  };
}
