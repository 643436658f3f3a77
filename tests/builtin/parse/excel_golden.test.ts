import { expect, test } from "bun:test";
import { read, SSF, utils, type CellObject } from "@e965/xlsx";
import { cellAt, rawValue } from "../../../src/builtin/parse/excel/cells.ts";
import { openWorkbook } from "../../../src/builtin/parse/excel/workbook.ts";
import type { RawValue } from "../../../src/core/observation.ts";
import { workbookParts, zip } from "./zip.ts";

const shared = [
  "<t>plain</t>",
  '<t xml:space="preserve"> kept </t>',
  "<r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r>",
  "<t>&lt;a &amp; b&gt; &#243;</t>",
  "<t>two\nlines</t>",
];
const rows = `
  <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c><c r="D1" t="s"><v>3</v></c><c r="E1" t="s"><v>4</v></c></row>
  <row r="2"><c r="A2" s="1"><v>1</v></c><c r="B2" s="1"><v>59</v></c><c r="C2" s="1"><v>61</v></c><c r="D2" s="1"><v>45621</v></c><c r="E2" s="2"><v>45621.4375</v></c></row>
  <row r="3"><c r="A3" s="2"><v>45621.999994</v></c><c r="B3" s="1"><v>73050</v></c><c r="C3" s="1"><v>2956000</v></c><c r="D3" s="2"><v>36526.041666666664</v></c></row>
  <row r="4"><c r="A4" t="inlineStr"><is><t>inline</t></is></c><c r="B4" t="inlineStr"><is><r><t>inline </t></r><r><t>rich</t></r></is></c><c r="C4" t="inlineStr"><is><t>1.234,5</t></is></c></row>
  <row r="5"><c r="A5" t="b"><v>1</v></c><c r="B5" t="b"><v>0</v></c></row>
  <row r="6"><c r="A6" t="e"><v>#N/A</v></c><c r="B6" t="e"><v>#DIV/0!</v></c><c r="C6" t="e"><v>#REF!</v></c></row>
  <row r="7"><c r="A7"><f>1+1</f><v>2</v></c><c r="B7" t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c r="C7" t="b"><f>TRUE()</f><v>1</v></c><c r="D7" t="e"><f>NA()</f><v>#N/A</v></c><c r="E7" s="1"><f>TODAY()</f><v>45622</v></c></row>
  <row r="9"><c r="C9"><v>1.5E-3</v></c><c r="XFD9"><v>-0.1</v></c></row>
  <row r="12"><c r="B12" t="n"><v>123456789012.345</v></c><c r="C12" s="1"/><c r="D12"/></row>
  <row><c><v>13</v></c><c t="s"><v>0</v></c><c><v>15</v></c></row>
  <row r="20"><c r="A20" t="s"><v>0</v></c><c r="B20"/><c r="C20"><v>3</v></c></row>`;
const merges = '<mergeCells count="2"><mergeCell ref="A20:B20"/><mergeCell ref="A21:C22"/></mergeCells>';

function goldenFile(properties: string) {
  const parts = workbookParts(rows, shared, properties);
  const sheet = "xl/worksheets/sheet1.xml";
  return zip({ ...parts, [sheet]: parts[sheet]?.replace("</sheetData>", `</sheetData>${merges}`) ?? "" });
}

async function ours(bytes: Uint8Array<ArrayBuffer>): Promise<Record<string, RawValue>> {
  const workbook = await openWorkbook({ blob: new Blob([bytes]), url: "golden.xlsx" });
  const cells: Record<string, RawValue> = {};
  for await (const block of workbook.blocks("S", 3)) {
    for (const row of block) {
      row.values.forEach((_, column) => {
        const value = rawValue(cellAt(row, column));
        if (value !== null) cells[utils.encode_cell({ r: row.index, c: column })] = value;
      });
    }
  }
  return cells;
}

/** SheetJS's view; its dates from the serial numbers, so that no Date is between. */
function theirs(bytes: Uint8Array, date1904: boolean): Record<string, RawValue> {
  const sheet = read(bytes, { cellNF: true }).Sheets["S"] ?? {};
  const cells = Object.entries(sheet).filter(([key, cell]) => !key.startsWith("!") && (cell as CellObject).t !== "z");
  return Object.fromEntries(cells.map(([key, cell]) => [key, theirValue(cell as CellObject, date1904)]));
}

function theirValue({ t, v, w, z }: CellObject, date1904: boolean): RawValue {
  if (t === "e") return w ?? null;
  if (t !== "n" || z === undefined || !SSF.is_date(String(z))) return v as RawValue;
  const { y, m, d, H, M, S } = SSF.parse_date_code(Number(v), { date1904 });
  const [day, time] = [
    [y, m, d],
    [H, M, Math.round(S)],
  ].map((parts) => parts.map((part) => String(part).padStart(2, "0")));
  return [day?.join("-"), ...(H + M + S === 0 ? [] : [time?.join(":")])].join("T");
}

test.each([
  ["1900", "", false],
  ["1904", 'date1904="1"', true],
])("every sort of cell is read as SheetJS reads it, in the date system of %s", async (_, properties, date1904) => {
  const bytes = goldenFile(properties);
  const cells = await ours(bytes);
  expect(cells).toEqual(theirs(bytes, date1904));
  expect(Object.keys(cells)).toHaveLength(35);
});

test("the day that only Excel has is the one before", async () => {
  const bytes = zip(workbookParts('<row r="1"><c r="A1" s="1"><v>60</v></c></row>'));
  expect(await ours(bytes)).toEqual({ A1: "1900-02-28" });
});

test("a cell that holds its date as ISO text has it as text", async () => {
  const bytes = zip(workbookParts('<row r="1"><c r="A1" t="d" s="1"><v>2024-11-25T00:00:00</v></c></row>'));
  expect(await ours(bytes)).toEqual({ A1: "2024-11-25T00:00:00" });
});
