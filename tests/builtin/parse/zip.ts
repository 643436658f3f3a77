/** A ZIP archive with the files as they are, not packed. `sizes` are what it says of their sizes, where that is not true. */
export function zip(files: Record<string, string>, sizes: Record<string, number> = {}): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, body] = [Buffer.from(name), Buffer.from(text)];
    const fields = [
      [2, 20],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, Bun.hash.crc32(body)],
      [4, body.length],
      [4, sizes[name] ?? body.length],
      [2, path.length],
      [2, 0],
    ];
    directory.push(record([[4, 0x02014b50], [2, 20], ...fields, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), path);
    const local = [record([[4, 0x04034b50], ...fields]), path, body];
    parts.push(...local);
    at += Buffer.concat(local).length;
  }
  const [count, size] = [Object.keys(files).length, Buffer.concat(directory).length];
  const end = record([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, at],
    [2, 0],
  ]);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

/** Little-endian numbers, each with its length in bytes. */
function record(fields: number[][]): Uint8Array {
  return Buffer.concat(
    fields.map(([length = 0, value = 0]) => {
      const bytes = Buffer.alloc(length);
      bytes.writeUIntLE(value, 0, length);
      return bytes;
    }),
  );
}

const namespace = "http://schemas.openxmlformats.org";
const types = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** The parts of a workbook whose sheet `S` has these rows, as XML; style 1 is a date, 2 a date with a time. */
export function workbookParts(rows: string, shared: readonly string[] = [], properties = ""): Record<string, string> {
  const related = ["worksheet", "styles", "sharedStrings"].map(
    (type, at) =>
      `<Relationship Id="rId${at + 1}" Type="${namespace}/officeDocument/2006/relationships/${type}" Target="${["worksheets/sheet1", "styles", "sharedStrings"][at]}.xml"/>`,
  );
  const formats = [0, 14, 22].map((id) => `<xf numFmtId="${id}" fontId="0" fillId="0" borderId="0"/>`).join("");
  return {
    "[Content_Types].xml": `<Types xmlns="${namespace}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="${types}.sharedStrings+xml"/></Types>`,
    "_rels/.rels": `<Relationships xmlns="${namespace}/package/2006/relationships"><Relationship Id="rId1" Type="${namespace}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${namespace}/spreadsheetml/2006/main" xmlns:r="${namespace}/officeDocument/2006/relationships"><workbookPr ${properties}/><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${namespace}/package/2006/relationships">${related.join("")}</Relationships>`,
    "xl/styles.xml": `<styleSheet xmlns="${namespace}/spreadsheetml/2006/main"><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs>${formats}</cellXfs></styleSheet>`,
    "xl/sharedStrings.xml": `<sst xmlns="${namespace}/spreadsheetml/2006/main">${shared.map((text) => `<si>${text}</si>`).join("")}</sst>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="${namespace}/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`,
  };
}
