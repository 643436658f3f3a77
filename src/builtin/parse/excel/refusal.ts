import { zipEntries } from "./zip.ts";

/** Why bytes cannot be read as an .xlsx or .xlsm workbook, and what to do about it. */
export interface Refusal {
  reason: string;
  hint?: string;
}

const gibibyte = 2 ** 30;
const signatures: [start: string, refusal: Refusal][] = [
  [
    "\xd0\xcf\x11\xe0",
    {
      reason: "it is an .xls (or password-protected) workbook, not an .xlsx one",
      hint: "look for an .xlsx edition at the source, or name a parser that reads .xls",
    },
  ],
  ["\x1f\x8b", { reason: "it is a gzip archive", hint: "unpack it before the run" }],
  ["%PDF", { reason: "it is a PDF document" }],
  ["{", { reason: "it is JSON text" }],
  ["[", { reason: "it is JSON text" }],
];

/** What speaks against reading the bytes as a workbook, as far as their beginning and the ZIP directory tell. */
export function refusalOf(bytes: Uint8Array): Refusal | undefined {
  if (bytes.length === 0) return { reason: "it is empty" };
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  if (start === "PK\x03\x04" || start === "PK\x05\x06") return archiveRefusal(bytes);
  return signatures.find(([signature]) => start.startsWith(signature))?.[1] ?? textRefusal(bytes);
}

function archiveRefusal(bytes: Uint8Array): Refusal | undefined {
  const entries = zipEntries(bytes);
  if (!entries) return { reason: "the file is cut short or damaged", hint: "fetch it again" };
  const names = new Set(entries.map(({ name }) => name));
  if (names.has("xl/workbook.bin")) return { reason: "it is an .xlsb workbook, not an .xlsx one" };
  if (names.has("mimetype")) return { reason: "it is an OpenDocument file, not an .xlsx workbook" };
  if (!names.has("[Content_Types].xml")) return { reason: "it is a ZIP archive without a workbook in it" };
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size <= gibibyte) return undefined;
  return { reason: `unpacked it would have ${(size / gibibyte).toFixed(1)} GiB, and the limit is 1 GiB` };
}

function textRefusal(bytes: Uint8Array): Refusal {
  const text = new TextDecoder().decode(bytes.subarray(0, 4096)).trimStart();
  const title = /<title[^>]*>\s*([^<]{1,80}?)\s*</i.exec(text)?.[1];
  if (/^<(!doctype html|html|head|body|!--)/i.test(text)) {
    const reason = `it is an HTML page${title === undefined ? "" : ` ("${title}")`}, not a workbook`;
    return { reason, hint: "the address leads to a page, perhaps of an error or a login" };
  }
  if (text.startsWith("<")) return { reason: "it is an XML document, not an .xlsx workbook" };
  const binary = /[\u0000-\u0008\ufffd]/.test(text);
  return { reason: binary ? "it is no ZIP archive, as an .xlsx workbook is" : "it is plain text, not a workbook" };
}
