import { expect, test } from "bun:test";
import { IngestorError } from "../../../src/core/errors.ts";
import { date, parsed, workbook } from "./workbook.ts";
import { workbookParts, zip } from "./zip.ts";

const good = await workbook({ S: [["Date"], [date("2024-11-25"), 1]] });
const parts = workbookParts("");
const { "[Content_Types].xml": _, ...noTypes } = parts;
const { "xl/workbook.xml": __, ...noWorkbook } = parts;
const { "xl/worksheets/sheet1.xml": ___, ...noSheet } = parts;
const ole = new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);

async function failure(bytes: BlobPart): Promise<string[]> {
  const map = [{ internal_series_code: "A", sheet: "S", date_col: "A", value_col: "B" }];
  const error: unknown = await parsed(bytes, map).catch((thrown: unknown) => thrown);
  if (!(error instanceof IngestorError)) throw new Error(`expected an IngestorError, got ${String(error)}`);
  expect(error.code).toBe("SOURCE");
  return [error.message, ...(error.hint === undefined ? [] : [error.hint])];
}

const gone = "fetch it again";
const page = "the address leads to a page, perhaps of an error or a login";

const refused: [what: string, bytes: BlobPart, reason: string, hint?: string][] = [
  ["nothing", "", "it is empty"],
  [
    "an .xls",
    ole,
    "it is an .xls (or password-protected) workbook, not an .xlsx one",
    "look for an .xlsx edition at the source, or name a parser that reads .xls",
  ],
  [
    "a page",
    "\n<!DOCTYPE html><html><head><title>\n Mantenimiento </title>",
    'it is an HTML page ("Mantenimiento"), not a workbook',
    page,
  ],
  ["a page without a title", "<html><body>Error 500", "it is an HTML page, not a workbook", page],
  ["XML", '\uFEFF<?xml version="1.0"?><a/>', "it is an XML document, not an .xlsx workbook"],
  ["a PDF", "%PDF-1.7\n", "it is a PDF document"],
  ["JSON", '{"error": 1}', "it is JSON text"],
  ["text", "fecha;valor\n", "it is plain text, not a workbook"],
  ["bytes", new Uint8Array([1, 2, 3]), "it is no ZIP archive, as an .xlsx workbook is"],
  ["gzip", Bun.gzipSync(good), "it is a gzip archive", "unpack it before the run"],
  ["half a workbook", good.slice(0, good.length / 2), "the file is cut short or damaged", gone],
  ["a workbook less its last bytes", good.slice(0, -30), "the file is cut short or damaged", gone],
  ["the first bytes of a workbook", good.slice(0, 4), "the file is cut short or damaged", gone],
  ["another archive", zip({ "data.csv": "a" }), "it is a ZIP archive without a workbook in it"],
  ["an empty archive", zip({}), "it is a ZIP archive without a workbook in it"],
  ["an archive without types", zip(noTypes), "it is a ZIP archive without a workbook in it"],
  ["an .xlsb", zip({ "xl/workbook.bin": "" }), "it is an .xlsb workbook, not an .xlsx one"],
  ["an .ods", zip({ mimetype: "" }), "it is an OpenDocument file, not an .xlsx workbook"],
  ["a bomb", zip(parts, { "xl/styles.xml": 3 * 2 ** 30 }), "unpacked it would have 3.0 GiB, and the limit is 1 GiB"],
  ["a workbook without its parts", zip(noWorkbook), "Invalid XLSX: missing workbook at xl/workbook.xml"],
];

for (const [what, bytes, ...said] of refused) {
  test(`${what} is refused`, async () => {
    const [reason, ...hint] = said.map(String);
    expect(await failure(bytes)).toEqual([`Cannot read "https://example.org/series.xlsx": ${reason}`, ...hint]);
  });
}

test("a sheet without cells, as a chart is, is refused when it is asked for", async () => {
  expect(await failure(zip(noSheet))).toEqual([
    'Cannot read sheet "S" of "https://example.org/series.xlsx": Invalid XLSX: missing worksheet file for sheet "S"',
  ]);
});

test("a damaged sheet is refused", async () => {
  const damaged = good.slice();
  const at = Buffer.from(good).indexOf("xl/worksheets/sheet1.xml") + 24;
  damaged.fill(0xff, at + 10, at + 60);
  expect((await failure(damaged))[0]).toStartWith('Cannot read sheet "S" of "https://example.org/series.xlsx": ');
});
