import { expect, test } from "bun:test";
import * as v from "valibot";
import excel from "../../../src/builtin/parse/excel.ts";
import { date, parsed, workbook } from "./workbook.ts";

const rows = [
  ["Rates", null, null, null],
  ["Date", "Call rate", "Kind", "Other"],
  [null, "%", null, "%"],
  [date("2024-11-25"), 1.5, "D", 10],
  [date("2024-11-26"), "2,5", " D ", "n.d."],
  ["a note", "see page 99", null, null],
  [date("2024-11-27"), null, "D", true],
  [date("2024-11-01"), 7, "PM", 70],
  [date("2024-12-01"), 8, "PM", 80],
];
const sheets = { Rates: rows };
const one = { internal_series_code: "A", sheet: "Rates", header_row: 2, date_col: "A", value_col: "B" };
const all = [
  ["2024-11-25", 1.5],
  ["2024-11-26", "2,5"],
  ["2024-11-27", null],
  ["2024-11-01", 7],
  ["2024-12-01", 8],
];

test.each<[what: string, series: object, points: unknown[] | undefined]>([
  ["every row with a date is read, values as they are", {}, all],
  ["columns may be written small", { date_col: "a", value_col: "b" }, all],
  ["sheets may be written otherwise", { sheet: " RÂTES " }, all],
  ["rows without a date do no harm below the header", { header_row: 1 }, all],
  ["skip_rows_after_header 1 begins in the row after the header", { header_row: 3, skip_rows_after_header: 1 }, all],
  ["skip_rows_after_header 2 begins in the second row after", { skip_rows_after_header: 2 }, all],
  ["skip_rows_after_header 3 begins in the third row after", { skip_rows_after_header: 3 }, all.slice(1)],
  ["the row of the header is never read", { header_row: 4 }, all.slice(1)],
  ["drop_na leaves out blanks", { drop_na: true }, all.filter(([, value]) => value !== null)],
  [
    "signs for nothing are blanks",
    { value_col: "D", drop_na: true, until: "date_restarts" },
    [all[0], all[2]].map((row, at) => [row?.[0], [10, true][at]]),
  ],
  ["where keeps the rows that hold a text", { where: { col: "C", equals: "D" } }, all.slice(0, 3)],
  ["where sees truth as text", { value_col: "D", where: { col: "D", equals: "true" } }, [["2024-11-27", true]]],
  ["where takes numbers", { where: { col: "D", equals: 80 } }, [all[4]]],
  ["until ends the series where the dates restart", { until: "date_restarts" }, all.slice(0, 3)],
  ["a header that is there", { header: "  CALL  Ráte" }, all],
  ["a header lower down, above the dates", { header: "%" }, all],
])("%s", async (_, series, points) => {
  expect(await parsed(await workbook(sheets), [{ ...one, ...series }])).toEqual({
    points: points === undefined ? {} : ({ A: points } as never),
    problems: [],
    warnings: [],
  });
});

test("many series of many sheets are read, each by its own settings", async () => {
  const bytes = await workbook({
    Rates: rows,
    More: [
      ["Date", "V"],
      [date("2024-01-01"), 3],
    ],
  });
  const { points } = await parsed(bytes, [
    { ...one, until: "date_restarts" },
    { ...one, internal_series_code: "B", value_col: "D", where: { col: "C", equals: "PM" } },
    { ...one, internal_series_code: "C", sheet: "More", header_row: 1 },
  ]);
  expect(points).toEqual({
    A: [
      ["2024-11-25", 1.5],
      ["2024-11-26", "2,5"],
      ["2024-11-27", null],
    ],
    B: [
      ["2024-11-01", 70],
      ["2024-12-01", 80],
    ],
    C: [["2024-01-01", 3]],
  });
});

test("a date in a column of values is its text", async () => {
  const bytes = await workbook({
    S: [
      [date("2024-01-01"), date("2024-05-06T07:08:09")],
      [date("2024-01-02"), 1],
    ],
  });
  const { points } = await parsed(bytes, [{ ...one, sheet: "S", header_row: 1, header: undefined }]);
  expect(points).toEqual({ A: [["2024-01-02", 1]] });
  const below = await workbook({ S: [["Date"], [date("2024-01-01"), date("2024-05-06T07:08:09")]] });
  expect((await parsed(below, [{ ...one, sheet: "S", header_row: 1 }])).points).toEqual({
    A: [["2024-01-01", "2024-05-06T07:08:09"]],
  });
});

test.each([
  ["2024-11-26T00:00:00", all.slice(2, 3)],
  ["2024-11-25T23:00:00", all.slice(1, 3)],
])("only what is later than %s is read, blanks too", async (A, later) => {
  const series = { ...one, until: "date_restarts" };
  expect(await parsed(await workbook(sheets), [series], { state: { A } })).toMatchObject({
    points: { A: later },
    problems: [],
  });
});

test("times of day count for what is later", async () => {
  const bytes = await workbook({
    Rates: [[], ["Date"], [date("2024-11-25T10:00:00"), 1], [date("2024-11-25T10:00:01"), 2]],
  });
  const { points } = await parsed(bytes, [one], { state: { A: "2024-11-25T10:00:00" } });
  expect(points).toEqual({ A: [["2024-11-25T10:00:01", 2]] });
});

test("a series with nothing new is no problem", async () => {
  const state = { A: "2024-12-01T00:00:00" };
  expect(await parsed(await workbook(sheets), [one], { state })).toEqual({ points: {}, problems: [], warnings: [] });
});

test("a series that ends before its last observation is told of", async () => {
  const { problems, warnings } = await parsed(await workbook(sheets), [one], { state: { A: "2025-01-02T00:00:00" } });
  expect(problems).toEqual([]);
  expect(warnings).toEqual([
    'series "A" in sheet "Rates": the last value is of 2024-12-01, and there was one of 2025-01-02T00:00:00 before',
  ]);
});

test("reading stops when the run is stopped", async () => {
  const stop = new AbortController();
  stop.abort(new Error("stopped"));
  expect(parsed(await workbook(sheets), [one], { signal: stop.signal })).rejects.toThrow("stopped");
});

test.each([
  [{ value_col: "XFE" }, "series_map.0.value_col", 'must be a column from A to XFD, found "XFE"'],
  [{ date_col: "A1" }, "series_map.0.date_col", 'must be a column from A to XFD, found "A1"'],
  [{ where: { col: "", equals: "D" } }, "series_map.0.where.col", 'must be a column from A to XFD, found ""'],
])("%j is refused", (series, path, message) => {
  const { issues = [] } = v.safeParse(excel.options, { series_map: [{ ...one, ...series }] });
  expect(issues.map((issue) => [v.getDotPath(issue), issue.message])).toEqual([[path, message]]);
});

test.each(["A", "Z", "AA", "ZZ", "AAA", "WZZ", "XEZ", "XFD"])("%s is a column", (column) => {
  expect(v.safeParse(excel.options, { series_map: [{ ...one, value_col: column.toLowerCase() }] }).success).toBe(true);
});

test.each([
  { header_row: 0 },
  { header_row: 1.5 },
  { skip_rows_after_header: -1 },
  { until: "x" },
  { frequency: "daily" },
  { colour: "red" },
])("%j is refused", (series) =>
  expect(v.safeParse(excel.options, { series_map: [{ ...one, ...series }] }).success).toBe(false),
);

test("a number beside what is no date is given with that text, so that it is counted as rejected", async () => {
  const bytes = await workbook({
    Rates: [
      ["Date", "Rate", "Kind"],
      ["(1)", 2, "D"],
      [date("2024-11-25"), 1.5, "D"],
      ["enero", 2, "D"],
      ["11/26/2024", "2,5", "D"],
      ["promedio", 3, "PM"],
      [null, 4, "D"],
      ["source: the bank", null, "D"],
      ["source: the bank", "page 7", "D"],
    ],
  });
  const series = { ...one, header_row: 1 };
  expect((await parsed(bytes, [series])).points).toEqual({
    A: [
      ["2024-11-25", 1.5],
      ["enero", 2],
      ["11/26/2024", "2,5"],
      ["promedio", 3],
    ],
  });
  expect((await parsed(bytes, [{ ...series, where: { col: "C", equals: "D" } }])).points["A"]).toHaveLength(3);
});
