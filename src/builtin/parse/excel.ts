import { defineParser } from "../../api.ts";
import { excelOptions } from "./excel/options.ts";
import { groupBySheet, readSheet } from "./excel/sheet.ts";
import { openWorkbook } from "./excel/workbook.ts";

export default defineParser({
  name: "excel",
  summary: "Reads series from columns of an .xlsx or .xlsm workbook",
  options: excelOptions,
  async *parse(source, options, ctx) {
    const workbook = await openWorkbook(source);
    const bySheet = groupBySheet(options.series_map, workbook.sheets, ctx);
    for (const [sheet, series] of bySheet) {
      for await (const points of readSheet(workbook, sheet, series, options.header_search_max_rows, ctx)) {
        for (const point of points) yield point;
      }
    }
  },
});
