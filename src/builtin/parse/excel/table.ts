import type { StreamRow } from "hucre/xlsx";
import { isBlank, type ParseContext, type ParsedPoint } from "../../../api.ts";
import { cellAt, cellText, columnIndex, sampleTexts } from "./cells.ts";
import { readDate } from "./dates.ts";
import { firstRowOf, type ExcelSeries } from "./options.ts";
import { watchRestarts } from "./restarts.ts";
import { seriesReader } from "./series.ts";

/** The series of one sheet that share their dates, so that each date is read once for all of them. */
export interface Table {
  /** Adds the points of a row to `points`. Rows come in their order, those of the header among them. */
  read(row: StreamRow, points: ParsedPoint[]): void;
  /** True once no row further down belongs to the table. */
  ended(): boolean;
  /** Once all rows are read: tells the guard of every series that is not there. */
  settle(): void;
}

/** What decides on the dates of a series. */
interface DateSettings {
  sheet: string;
  date_col: string;
  firstRow: number;
  until: ExcelSeries["until"];
}

export function openTables(series: readonly ExcelSeries[], date1904: boolean, ctx: ParseContext): Table[] {
  const groups = new Map<string, { settings: DateSettings; series: ExcelSeries[] }>();
  for (const one of series) {
    const settings = { sheet: one.sheet, date_col: one.date_col, firstRow: firstRowOf(one), until: one.until };
    const key = JSON.stringify(settings);
    const group = groups.get(key) ?? { settings, series: [] };
    group.series.push(one);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => openTable(group.settings, group.series, date1904, ctx));
}

function openTable(
  settings: DateSettings,
  series: readonly ExcelSeries[],
  date1904: boolean,
  ctx: ParseContext,
): Table {
  const { sheet, date_col, firstRow } = settings;
  const column = columnIndex(date_col);
  const verdictOn = settings.until && watchRestarts(`column ${date_col} of sheet "${sheet}"`, (text) => ctx.warn(text));
  const readers = series.map((one) => seriesReader(one, ctx.lastObsTime(one.internal_series_code)));
  const undated = sampleTexts();
  let [hasDates, ended] = [false, false];

  function read(row: StreamRow, points: ParsedPoint[]): void {
    if (ended || row.index + 1 < firstRow) return;
    const cell = cellAt(row, column);
    const obs_time = readDate(cell, date1904);
    if (obs_time === undefined) return readUndated(row, cellText(cell), points);
    hasDates = true;
    const verdict = verdictOn?.(obs_time, row.index + 1) ?? "read";
    ended = verdict === "stop";
    if (verdict !== "read") return;
    for (const reader of readers) {
      const point = reader.read(row, obs_time);
      if (point) points.push(point);
    }
  }

  /** What stands above the first date may be part of the header. */
  function readUndated(row: StreamRow, text: string, points: ParsedPoint[]): void {
    undated.add(text);
    if (!hasDates || isBlank(text)) return;
    for (const reader of readers) {
      const point = reader.undated(row, text);
      if (point) points.push(point);
    }
  }

  function settle(): void {
    const noDates = `no date in column ${date_col} from row ${firstRow} on, only ${undated.text()}`;
    for (const reader of readers) {
      const problem = hasDates ? reader.problem() : noDates;
      if (problem !== undefined) ctx.guard.fail(`series "${reader.code}" in sheet "${sheet}": ${problem}`);
      const oddity = problem === undefined ? reader.oddity() : undefined;
      if (oddity !== undefined) ctx.warn(`series "${reader.code}" in sheet "${sheet}": ${oddity}`);
    }
  }

  return { read, ended: () => ended, settle };
}
