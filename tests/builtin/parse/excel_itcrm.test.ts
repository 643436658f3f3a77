import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { read, SSF } from "@e965/xlsx";
import { hasRealData, parsed, realData } from "./workbook.ts";

// SheetJS takes seconds for these.
setDefaultTimeout(60_000);

const daily = { sheet: "ITCRM y bilaterales", header_row: 2, date_col: "A", drop_na: true };
const series_map = [
  { ...daily, internal_series_code: "ITCRM", value_col: "B", header: "ITCRM" },
  { ...daily, internal_series_code: "USA", value_col: "F", header: "ITCRB Estados Unidos" },
  { ...daily, internal_series_code: "MONTHLY", sheet: "ITCRM y bilaterales prom. mens.", value_col: "C" },
  { ...daily, internal_series_code: "WEIGHT", sheet: "Ponderadores", value_col: "E" },
];

/** Dates from the serial numbers as SheetJS takes them apart; rows without a serial number or a value are left out. */
function sheetJs(workbook: ReturnType<typeof read>, sheet: string, column: string): [string, number][] {
  const cells = workbook.Sheets[sheet] ?? {};
  const observations: [string, number][] = [];
  for (let row = 3; row <= 12_000; row++) {
    const [date, value]: unknown[] = [cells[`A${row}`]?.v, cells[`${column}${row}`]?.v];
    if (typeof date !== "number" || typeof value !== "number") continue;
    const { y, m, d } = SSF.parse_date_code(date);
    observations.push([[y, m, d].map((part) => String(part).padStart(2, "0")).join("-"), value]);
  }
  return observations;
}

describe.skipIf(!hasRealData)("the real exchange rate indices (need ../shared/data)", () => {
  test.each([
    ["2024-02-15", "2024-02-14"],
    ["2024-03-23", "2024-03-22"],
  ])("the workbook of %s is read as SheetJS reads it, to %s", async (edition, last) => {
    const bytes = await Bun.file(join(realData, `bcra/ITCRMSerie_${edition}.xlsx`)).arrayBuffer();
    const { points, problems, warnings } = await parsed(bytes, series_map);
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    const workbook = read(bytes);
    for (const { internal_series_code, sheet, value_col } of series_map) {
      expect(Bun.deepEquals(points[internal_series_code], sheetJs(workbook, sheet, value_col))).toBe(true);
    }
    expect(points["ITCRM"]?.at(-1)?.[0]).toBe(last);
    expect(points["ITCRM"]?.length).toBeGreaterThan(9_800);
  });
});
