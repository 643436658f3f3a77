import type { StreamRow } from "hucre/xlsx";
import { didYouMean, foldText, type ParseContext, type ParsedPoint } from "../../../api.ts";
import { headerProblem } from "./headers.ts";
import { firstRowOf, type ExcelSeries } from "./options.ts";
import { openTables, type Table } from "./table.ts";
import type { Workbook } from "./workbook.ts";

/** The series by the sheet that they stand in, as the workbook calls it; the guard is told of sheets that are not there. */
export function groupBySheet(series: readonly ExcelSeries[], sheets: readonly string[], ctx: ParseContext) {
  const found = new Map<string, ExcelSeries[]>();
  for (const [wanted, ones] of Map.groupBy(series, ({ sheet }) => sheet)) {
    const sheet = findSheet(wanted, sheets);
    if (sheet === undefined) ctx.guard.fail(absence(wanted, ones, sheets));
    else found.set(sheet, [...(found.get(sheet) ?? []), ...ones]);
  }
  return found;
}

function findSheet(wanted: string, sheets: readonly string[]): string | undefined {
  if (sheets.includes(wanted)) return wanted;
  const similar = sheets.filter((sheet) => foldText(sheet) === foldText(wanted));
  return similar.length === 1 ? similar[0] : undefined;
}

function absence(wanted: string, series: readonly ExcelSeries[], sheets: readonly string[]): string {
  const codes = series.map(({ internal_series_code }) => `"${internal_series_code}"`).join(", ");
  const present = sheets.map((sheet) => `"${sheet}"`).join(", ");
  return `series ${codes}: there is no sheet "${wanted}" among ${present}${didYouMean(wanted, sheets)}`;
}

/** The points of the series in one sheet, some rows at a time. Series whose header is not where it should be have none. */
export async function* readSheet(
  workbook: Workbook,
  sheet: string,
  series: readonly ExcelSeries[],
  searchRows: number,
  ctx: ParseContext,
): AsyncGenerator<ParsedPoint[]> {
  const headRows = Math.max(searchRows, ...series.map((one) => firstRowOf(one) - 1));
  let tables: Table[] | undefined;
  for await (const rows of workbook.blocks(sheet, headRows)) {
    ctx.signal.throwIfAborted();
    tables ??= openTables(withHeader(series, rows, workbook.date1904, ctx), workbook.date1904, ctx);
    yield pointsOf(rows, tables);
    if (tables.every((table) => table.ended())) break;
  }
  for (const table of tables ?? []) table.settle();
}

function withHeader(series: readonly ExcelSeries[], head: readonly StreamRow[], date1904: boolean, ctx: ParseContext) {
  return series.filter((one) => {
    const problem = headerProblem(one, head, date1904);
    if (problem !== undefined) ctx.guard.fail(problem);
    return problem === undefined;
  });
}

function pointsOf(rows: readonly StreamRow[], tables: readonly Table[]): ParsedPoint[] {
  const points: ParsedPoint[] = [];
  for (const row of rows) for (const table of tables) table.read(row, points);
  return points;
}
