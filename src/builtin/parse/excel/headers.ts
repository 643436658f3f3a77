import type { StreamRow } from "hucre/xlsx";
import { didYouMean, foldText } from "../../../api.ts";
import { cellAt, cellText, columnIndex, columnLetters } from "./cells.ts";
import { readDate } from "./dates.ts";
import { firstRowOf, type ExcelSeries } from "./options.ts";

/**
 * What is wrong with the column that a series is read from, if its `header` does not stand above the data there:
 * what does, and where the header stands now. `head` is the top of the sheet.
 */
export function headerProblem(series: ExcelSeries, head: readonly StreamRow[], date1904: boolean): string | undefined {
  if (series.header === undefined) return undefined;
  const wanted = foldText(series.header);
  const found = headerTexts(series, head, date1904);
  if (found.some((text) => foldText(text) === wanted)) return undefined;
  const has = found.slice(0, 8).map((text) => `"${text}"`);
  return (
    `series "${series.internal_series_code}": column ${series.value_col} of sheet "${series.sheet}" ` +
    `must have the header "${series.header}", but has ${has.join(", ") || "none"}; ${whereNow(series.header, head)}`
  );
}

/** The header ends where the dates begin, so that a row added to it does no harm. */
function headerTexts(series: ExcelSeries, head: readonly StreamRow[], date1904: boolean): string[] {
  const [dates, values] = [columnIndex(series.date_col), columnIndex(series.value_col)];
  const isData = (row: StreamRow) =>
    row.index + 1 >= firstRowOf(series) && readDate(cellAt(row, dates), date1904) !== undefined;
  const end = head.findIndex(isData);
  const above = end < 0 ? head : head.slice(0, end);
  return above.map((row) => cellText(cellAt(row, values))).filter((text) => text !== "");
}

function whereNow(header: string, head: readonly StreamRow[]): string {
  const wanted = foldText(header);
  const texts = new Set<string>();
  const columns = new Set<number>();
  for (const { values } of head) {
    values.map(cellText).forEach((text, column) => {
      texts.add(text);
      if (foldText(text) === wanted) columns.add(column);
    });
  }
  if (columns.size > 0) return `it now stands in column ${[...columns].map(columnLetters).join(", ")}`;
  return `it stands nowhere in the first ${(head.at(-1)?.index ?? 0) + 1} rows${didYouMean(header, texts)}`;
}
