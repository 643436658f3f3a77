import * as v from "valibot";
import { parse } from "yaml";
import { workbook } from "../builtin/parse/workbook.ts";

type Cells = (string | number | Date | null)[][];

const mapped = v.object({
  parse_config: v.object({
    series_map: v.array(
      v.object({ sheet: v.string(), header_row: v.number(), value_col: v.string(), header: v.optional(v.string()) }),
    ),
  }),
});

/** A workbook laid out as `datasets/bcra_infomondia_series.yaml` says, with so many days in each sheet. */
export async function bcraWorkbook(days: number): Promise<Blob> {
  const { parse_config } = v.parse(mapped, parse(await Bun.file("datasets/bcra_infomondia_series.yaml").text()));
  const sheets: Record<string, Cells> = {};
  for (const [name, series] of Map.groupBy(parse_config.series_map, ({ sheet }) => sheet)) {
    const valueColumns = new Set(series.map(({ value_col }) => columnOf(value_col)));
    const width = Math.max(...valueColumns) + 8;
    const headerRow = Math.max(...series.map(({ header_row }) => header_row));
    const rows: Cells = Array.from({ length: headerRow + 1 }, () => Array.from({ length: width }, () => null));
    for (const { header_row, value_col, header } of series) {
      const row = rows[header_row - 1];
      if (row) row[columnOf(value_col)] = header ?? null;
    }
    for (let day = 0; day < days; day++) {
      const date = new Date(Date.UTC(2003, 0, 2 + day));
      // One of the other columns holds a mark of daily rows.
      const values = Array.from({ length: width }, (_, column) =>
        valueColumns.has(column) ? day + column / 100 : "D",
      );
      rows.push([date, ...values.slice(1)]);
    }
    sheets[name] = rows;
  }
  return new Blob([await workbook(sheets)]);
}

function columnOf(letters: string): number {
  return Buffer.from(letters).reduce((total, code) => total * 26 + code - 64, 0) - 1;
}
