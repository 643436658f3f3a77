import * as v from "valibot";
import { frequencies } from "../../../api.ts";

const column = v.pipe(
  v.string(),
  v.regex(
    /^([A-Z]{1,2}|[A-W][A-Z]{2}|X[A-E][A-Z]|XF[A-D])$/i,
    ({ input }) => `must be a column from A to XFD, found "${input}"`,
  ),
  v.toUpperCase(),
);
const text = v.pipe(v.string(), v.trim(), v.minLength(1));
const rows = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(1_048_576));

const seriesEntry = v.strictObject({
  internal_series_code: v.pipe(text, v.description("The code of the series")),
  unit: v.pipe(v.optional(text), v.description("What the values are counted in")),
  frequency: v.pipe(
    v.optional(v.picklist(frequencies)),
    v.description("How often there is an observation; the dataset's by default"),
  ),
  sheet: v.pipe(text, v.description("The sheet; case, accents and spaces need not be exact if only one sheet fits")),
  header_row: v.pipe(v.optional(rows(1), 1), v.description("The row of the headers, from 1")),
  skip_rows_after_header: v.pipe(
    v.optional(rows(0), 0),
    v.description(
      "Reading begins at row header_row + skip_rows_after_header, though never at header_row itself, " +
        "and rows without a date are passed over: with header_row 8, both 1 and 2 reach data that begin in row 10",
    ),
  ),
  date_col: v.pipe(column, v.description("The column of the dates, in letters")),
  value_col: v.pipe(column, v.description("The column of the values, in letters")),
  drop_na: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Leave out cells without a value; otherwise each is a counted rejection"),
  ),
  header: v.pipe(
    v.optional(text),
    v.description("A text that must stand above the data in the column of the values, case and accents aside"),
  ),
  where: v.pipe(
    v.optional(
      v.strictObject({
        col: v.pipe(column, v.description("The column to look at, in letters")),
        equals: v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.description("What its cell must hold")),
      }),
    ),
    v.description("Read only the rows where a cell holds this"),
  ),
  until: v.pipe(
    v.optional(v.picklist(["date_restarts"])),
    v.description("Stop where the dates go back and stay back: another block of data begins there"),
  ),
});

export const excelOptions = v.strictObject({
  file_type: v.pipe(v.optional(v.string()), v.description("Accepted for older dataset files; changes nothing")),
  header_search_max_rows: v.pipe(
    v.optional(rows(1), 30),
    v.description("The rows of a sheet that are searched for a header that is not in its column"),
  ),
  series_map: v.pipe(v.array(seriesEntry), v.minLength(1), v.description("The series and where each of them stands")),
});

/** One entry of `series_map`. */
export type ExcelSeries = v.InferOutput<typeof seriesEntry>;

/** The first row, from 1, that can hold data of the series. */
export function firstRowOf(series: ExcelSeries): number {
  return series.header_row + Math.max(1, series.skip_rows_after_header);
}
