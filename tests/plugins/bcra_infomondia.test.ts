import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { streamXlsxRows, type CellValue } from "hucre/xlsx";
import * as v from "valibot";
import { parse } from "yaml";
import plugins from "../../plugins/bcra_infomondia.ts";
import excel from "../../src/builtin/parse/excel.ts";
import { readNumber } from "../../src/core/number.ts";
import type { State } from "../../src/core/ports.ts";
import { date, hasRealData, parsed, realData, workbook } from "../builtin/parse/workbook.ts";

// A workbook takes a second or two, more on a busy machine.
setDefaultTimeout(60_000);

const root = join(import.meta.dir, "../..");
const dataset = parse(await Bun.file(join(root, "datasets/bcra_infomondia_series.yaml")).text());
const { series_map } = v.parse(excel.options, dataset.parse_config);
const bare = series_map.map((one) => ({ ...one, header: undefined, where: undefined, until: undefined }));
const parser = plugins.find((plugin) => plugin.stage === "parse") as typeof excel;

type Observations = Record<string, [date: string, value: number | undefined][]>;

const book = (name: string) => Bun.file(join(realData, "bcra/workbook", name));

async function expected(edition: string): Promise<Observations> {
  const { series } = await book(`series_${edition}.expected.json`).json();
  return Object.fromEntries(Object.keys(series).map((code) => [code, series[code].observations]));
}

async function observations(edition: string, map: object[], state: State = {}) {
  const settings = { parser, state };
  const read = await parsed(book(`series_${edition}.xlsm`), map as Record<string, unknown>[], settings);
  const numbers = Object.entries(read.points).map(([code, points]) => [
    code,
    points.map(([day, value]) => [day, readNumber(value)]).filter(([, value]) => value !== undefined),
  ]);
  return { ...read, observations: Object.fromEntries(numbers) as Observations };
}

test("the plugin serves three stages under one name", () => {
  expect(plugins.map(({ stage, name }) => `${stage} ${name}`)).toEqual([
    "parse bcra_infomondia",
    "normalize bcra_infomondia",
    "transform bcra_infomondia",
  ]);
});

test("of the mixed columns the daily rows are read, unless a series says otherwise", async () => {
  const days = { D: "2024-01-02", PM: "2024-02-01", VFM: "2024-01-01", VPM: "2024-01-01" };
  const rows = Object.entries(days).map(([type, day], at) => [date(day), at, ...Array<null>(14).fill(null), type]);
  const bytes = await workbook({ RESERVAS: [["Fecha"], ...rows], OTRA: [["Fecha"], ...rows] });
  const series = { internal_series_code: "A", sheet: "reservas", date_col: "A", value_col: "B" };
  const read = async (more: object) => (await parsed(bytes, [{ ...series, ...more }], { parser })).points;
  expect(await read({})).toEqual({ A: [["2024-01-02", 0]] });
  expect(await read({ where: { col: "Q", equals: "PM" } })).toEqual({ A: [["2024-02-01", 1]] });
  expect((await read({ sheet: "OTRA" }))["A"]).toHaveLength(2);
});

describe.skipIf(!hasRealData)("workbooks in the layout of the bank's (need ../shared/data)", () => {
  test.each([
    ["A", "as the dataset file has it", series_map],
    ["A", "without header, where and until", bare],
    ["B", "as the dataset file has it", series_map],
    ["B", "without header, where and until", bare],
  ])("edition %s gives its 17 series exactly, %s", async (edition, _, map) => {
    const { problems, warnings, ...read } = await observations(edition, map);
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    const wanted = await expected(edition);
    const codes = new Set([...Object.keys(wanted), ...Object.keys(read.observations)]);
    // `toEqual` takes seconds for 85,000 observations.
    expect([...codes].filter((code) => !Bun.deepEquals(read.observations[code], wanted[code]))).toEqual([]);
    expect(codes.size).toBe(17);
  });

  test("after edition A, edition B gives the three days that are new", async () => {
    const [before, after] = [await expected("A"), await expected("B")];
    const state = Object.fromEntries(
      Object.entries(before).map(([code, all]) => [code, `${all.at(-1)?.[0]}T00:00:00`]),
    );
    const { problems, warnings, ...read } = await observations("B", series_map, state);
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    const news = Object.entries(after).map(([code, all]) => [code, all.slice(before[code]?.length)] as const);
    expect(read.observations).toEqual(Object.fromEntries(news.filter(([, all]) => all.length > 0)));
    expect(Object.values(read.observations).flat()).toHaveLength(45);
  });

  test("a column that the bank puts in between is told of, with where the others are now", async () => {
    const sheet = "TASAS DE MERCADO";
    const rows: (CellValue[] | undefined)[] = [];
    const bytes = new Uint8Array(await book("series_A.xlsm").arrayBuffer());
    for await (const row of streamXlsxRows(bytes, { sheet, range: "A1:Z2500" })) rows[row.index] = row.values;
    const moved = Array.from(rows, (row = []) => [...row.slice(0, 17), null, ...row.slice(17)]);
    const rates = series_map.filter((one) => one.sheet === sheet);
    const { points, problems } = await parsed(await workbook({ [sheet]: moved }), rates, { parser });
    expect(problems).toEqual([
      'series "BCRA_TASA_BAIBAR_TNA_D": column T of sheet "TASAS DE MERCADO" must have the header "Tasa (BAIBAR)", but has "Adelantos en cuenta corriente", "% n.a."; it now stands in column U',
      'series "BCRA_TASA_PRESTAMOS_PRIVADOS_TNA_D": column R of sheet "TASAS DE MERCADO" must have the header "Préstamos personales", but has none; it now stands in column S',
    ]);
    expect(Object.keys(points)).not.toContain("BCRA_TASA_BAIBAR_TNA_D");
  });

  test("the dataset file has a header for every series", () => {
    expect(series_map.filter(({ header }) => header === undefined)).toEqual([]);
    expect(series_map).toHaveLength(17);
  });
});
