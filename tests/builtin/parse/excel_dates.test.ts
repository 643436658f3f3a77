import { expect, test } from "bun:test";
import type { CellValue } from "hucre/xlsx";
import { readDate } from "../../../src/builtin/parse/excel/dates.ts";
import { date, parsed, workbook } from "./workbook.ts";

test.each<[cell: CellValue, read: string | undefined]>([
  [date("2024-11-25"), "2024-11-25"],
  [date("2024-11-25T10:30:00"), "2024-11-25T10:30:00"],
  [date("2024-11-25T10:29:59.600"), "2024-11-25T10:30:00"],
  [date("2024-11-25T23:59:59.999"), "2024-11-26"],
  [date("1900-01-01"), "1900-01-01"],
  [date("9999-12-31"), "9999-12-31"],
  [date("1899-12-31"), undefined],
  [date("1899-12-31T10:30:00"), undefined],
  [new Date(Number.NaN), undefined],
  [45621, "2024-11-25"],
  [45621.4375, "2024-11-25T10:30:00"],
  [10_000, "1927-05-18"],
  [99_999, "2173-10-13"],
  [2024, undefined],
  [202_411, undefined],
  [20_241_125, undefined],
  [-1, undefined],
  ["2024-11-25", "2024-11-25"],
  [" 2024-11-25 ", "2024-11-25"],
  ["2024-11-25T00:00:00", "2024-11-25"],
  ["2024-11-25T10:30", "2024-11-25T10:30:00"],
  ["2024-11-25 10:30:59.999", "2024-11-25T10:30:59"],
  ["2024-11-25T00:00:00.000Z", "2024-11-25"],
  ["2024-11-25T22:00:00-03:00", "2024-11-25T22:00:00"],
  ["2024/11/25", "2024-11-25"],
  ["2024-11", "2024-11-01"],
  ["2024/1", "2024-01-01"],
  ["25/11/2024", "2024-11-25"],
  ["5/1/2024", "2024-01-05"],
  ["25-11-2024", "2024-11-25"],
  ["25.11.2024", "2024-11-25"],
  ["25/11/2024 9:05", "2024-11-25T09:05:00"],
  ["29/02/2024", "2024-02-29"],
  ["29/02/2023", undefined],
  ["11/25/2024", undefined],
  ["25/11/24", undefined],
  ["25/11-2024", undefined],
  ["2024-13-01", undefined],
  ["2024-11-25 and more", undefined],
  ["25/11/2024 25:00", undefined],
  ["2024.11", undefined],
  ["2024M11", undefined],
  ["2024Q3", undefined],
  ["nov-24", undefined],
  ["2024", undefined],
  ["", undefined],
  [true, undefined],
  [null, undefined],
])("%p is the date %p", (cell, read) => expect(readDate(cell, false)).toBe(read as never));

test.each<[dateSystem: "1900" | "1904", cell: CellValue, read: string]>([
  ["1900", date("2024-11-25"), "2024-11-25"],
  ["1904", date("2024-11-25"), "2024-11-25"],
  ["1904", date("2024-11-25T10:30:00"), "2024-11-25T10:30:00"],
  ["1900", 45_621, "2024-11-25"],
  ["1904", 44_159, "2024-11-25"],
])("in a workbook of the %s date system, %p is %p", async (dateSystem, cell, read) => {
  const map = [{ internal_series_code: "A", sheet: "S", date_col: "A", value_col: "B" }];
  const { points } = await parsed(await workbook({ S: [["Date"], [cell, 1]] }, dateSystem), map);
  expect(points).toEqual({ A: [[read, 1]] });
});
