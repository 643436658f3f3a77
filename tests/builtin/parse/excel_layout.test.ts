import { expect, test } from "bun:test";
import { date, parsed, workbook } from "./workbook.ts";

const series = (code: string, more: object = {}) => ({
  internal_series_code: code,
  sheet: "Rates",
  header_row: 2,
  date_col: "A",
  value_col: "C",
  header: "Call rate",
  ...more,
});
const days = [date("2024-11-25"), date("2024-11-26")];
const moved = {
  Rates: [
    ["RATES", null, "DEPOSITS", "LOANS"],
    ["Date", null, "New rate", "Call rate", "Loan rate"],
    [null, null, "%", "%", "%"],
    ...days.map((day, at) => [day, null, at, at, "D"]),
  ],
};

async function problemsOf(sheets: Parameters<typeof workbook>[0], map: object[], options: object = {}) {
  const { points, problems } = await parsed(await workbook(sheets), map as Record<string, unknown>[], { options });
  return { codes: Object.keys(points), problems };
}

test("every header that is not above its column is told of, with where it is now, and nothing of it is read", async () => {
  const map = [
    series("MOVED"),
    series("GONE", { header: "Repo rate" }),
    series("TYPO", { header: "Loan rates", value_col: "D" }),
    series("EMPTY", { value_col: "B" }),
    series("TWICE", { header: "%", value_col: "A" }),
    series("RIGHT", { value_col: "D" }),
    series("UNCHECKED", { header: undefined }),
  ];
  expect(await problemsOf(moved, map)).toEqual({
    codes: ["RIGHT", "UNCHECKED"],
    problems: [
      'series "MOVED": column C of sheet "Rates" must have the header "Call rate", but has "DEPOSITS", "New rate", "%"; it now stands in column D',
      'series "GONE": column C of sheet "Rates" must have the header "Repo rate", but has "DEPOSITS", "New rate", "%"; it stands nowhere in the first 5 rows, did you mean "New rate"?',
      'series "TYPO": column D of sheet "Rates" must have the header "Loan rates", but has "LOANS", "Call rate", "%"; it stands nowhere in the first 5 rows, did you mean "Loan rate"?',
      'series "EMPTY": column B of sheet "Rates" must have the header "Call rate", but has none; it now stands in column D',
      'series "TWICE": column A of sheet "Rates" must have the header "%", but has "RATES", "Date"; it now stands in column C, D, E',
    ],
  });
});

test("a row more above the data does no harm", async () => {
  const [title, ...rest] = moved.Rates;
  const sheets = { Rates: [title ?? [], ["a new line"], ["another"], ...rest] };
  expect(await problemsOf(sheets, [series("A", { value_col: "D" })])).toEqual({ codes: ["A"], problems: [] });
});

test("header_search_max_rows ends the search for a header", async () => {
  const { problems } = await problemsOf(moved, [series("A", { header_row: 1 })], { header_search_max_rows: 1 });
  expect(problems[0]).toEndWith("it stands nowhere in the first 1 rows");
});

test("all sheets that are not there are told of at once, and so are the headers of the others", async () => {
  const sheets = { "Tasas de mercado": [], "TASAS  DE MERCADO ": [], Rates: moved.Rates };
  const map = [
    series("A", { sheet: "Rate" }),
    series("B", { sheet: "Rate" }),
    series("C", { sheet: "Deposits" }),
    series("D", { sheet: "tasas de mercado" }),
    series("E"),
  ];
  const { codes, problems } = await problemsOf(sheets, map);
  expect(codes).toEqual([]);
  const names = '"Tasas de mercado", "TASAS  DE MERCADO ", "Rates"';
  expect(problems).toEqual([
    `series "A", "B": there is no sheet "Rate" among ${names}, did you mean "Rates"?`,
    `series "C": there is no sheet "Deposits" among ${names}`,
    `series "D": there is no sheet "tasas de mercado" among ${names}, did you mean "Tasas de mercado"?`,
    expect.stringContaining('series "E": column C of sheet "Rates" must have the header'),
  ]);
});

test.each<[what: string, more: object, problem: string]>([
  ["no dates", { date_col: "E" }, 'no date in column E from row 3 on, only "%", "D"'],
  ["no dates below the header", { header_row: 99 }, "no date in column A from row 100 on, only empty cells"],
  [
    "no row of its own",
    { where: { col: "E", equals: "PM" } },
    'no row with a date where column E equals "PM", only "D"',
  ],
  ["no value", { value_col: "B" }, "no value in column B, only empty cells (rows: 2)"],
])("a series with %s is told of", async (_, more, problem) => {
  const { codes, problems } = await problemsOf(moved, [series("A", { header: undefined, drop_na: true, ...more })]);
  expect({ codes, problems }).toEqual({ codes: [], problems: [`series "A" in sheet "Rates": ${problem}`] });
});

test("a series with nothing but signs for nothing is told of", async () => {
  const sheets = { Rates: [[], ["Date"], ...days.map((day, at) => [day, null, ["n.d.", "#N/A"][at] ?? null])] };
  const { problems } = await problemsOf(sheets, [series("A", { header: undefined })]);
  expect(problems).toEqual(['series "A" in sheet "Rates": no value in column C, only "n.d.", "#N/A" (rows: 2)']);
});

test("older values count, so that a column without news is no problem", async () => {
  const sheets = { Rates: [[], ["Date"], ...days.map((day, at) => [day, null, at === 0 ? 1 : null])] };
  const map = [series("A", { header: undefined, drop_na: true })];
  const state = { A: "2024-11-25T00:00:00" };
  expect(await parsed(await workbook(sheets), map, { state })).toEqual({ points: {}, problems: [], warnings: [] });
});

test.each<[what: string, written: string, read: string, warnings: string[]]>([
  ["a date that goes back is a restart", "1105 1106 1107 1101 1102", "1105 1106 1107", []],
  ["one that goes on beyond the end too", "1125 1126 1127 1101 1201", "1125 1126 1127", []],
  ["the same date again is none", "1105 1105 1106", "1105 1105 1106", []],
])("%s", async (_, written, read, warnings) => expect(await restarts("2024", written)).toEqual({ read, warnings }));

test.each<[what: string, written: string, read: string, warnings: string[]]>([
  ["the first year of long data again is a restart", "0706 0707 0301 0708", "0706 0707", []],
  ["two dates that go back are a restart", "0706 0707 0302 0303 0708", "0706 0707", []],
  [
    "one date that goes back is a slip, and left out",
    "0706 0707 0302 0708 0709",
    "0706 0707 0708 0709",
    ["row 6 left out, its date 2024-03-02 is between 2024-07-07 and 2024-07-08"],
  ],
  [
    "one date ahead is a slip too",
    "0706 0927 0708 0709",
    "0706 0927 0708 0709",
    ["the date 2024-07-08 in row 6 comes after 2024-09-27"],
  ],
  [
    "two dates that changed places are read",
    "0706 0708 0707 0709",
    "0706 0708 0707 0709",
    ["the date 2024-07-07 in row 6 comes after 2024-07-08"],
  ],
])("%s", async (_, written, read, warnings) => {
  const found = await restarts("2024", written, ["2023-03-01"]);
  expect(found).toEqual({ read, warnings: warnings.map((warning) => `column A of sheet "Rates": ${warning}`) });
});

/** Which of the dates, `MMDD MMDD …`, are read with `until: date_restarts`, after those of `before`. */
async function restarts(year: string, written: string, before: string[] = []) {
  const dates = written.split(" ").map((day) => `${year}-${day.slice(0, 2)}-${day.slice(2)}`);
  const rows = [...before, ...dates].map((day) => [date(day), null, 1]);
  const map = [series("A", { header: undefined, until: "date_restarts" })];
  const { points, warnings } = await parsed(await workbook({ Rates: [[], ["Date"], ...rows] }), map);
  const read = points["A"]?.slice(before.length).map(([day]) => day.slice(5).replace("-", ""));
  return { read: read?.join(" "), warnings };
}
