import type { StreamRow } from "hucre/xlsx";
import { IngestorError, publicUrl, type RawSource } from "../../../api.ts";
import { refusalOf } from "./refusal.ts";

const rowsPerBlock = 512;

export interface Workbook {
  /** The names of all sheets, hidden ones and charts too, in their order. */
  sheets: readonly string[];
  /** Whether day 0 is 1904-01-01, as in old workbooks from a Macintosh. */
  date1904: boolean;
  /**
   * The rows of one sheet that have cells, in blocks: the first block has what there is of the first `headRows` rows
   * and comes even if that is nothing. Throws an `IngestorError` (`SOURCE`) where the sheet cannot be read.
   */
  blocks(sheet: string, headRows: number): AsyncIterable<StreamRow[]>;
}

/** Throws an `IngestorError` (`SOURCE`) that says what the source is if it is not an .xlsx or .xlsm workbook. */
export async function openWorkbook(source: RawSource): Promise<Workbook> {
  const name = publicUrl(source.url);
  const bytes = new Uint8Array(await source.blob.arrayBuffer());
  const refusal = refusalOf(bytes);
  if (refusal) throw new IngestorError("SOURCE", `Cannot read "${name}": ${refusal.reason}`, { hint: refusal.hint });
  const hucre = await import("hucre/xlsx");
  const sheets: string[] = [];
  const collectName = (info: { name: string }) => {
    sheets.push(info.name);
    return false;
  };
  const { dateSystem } = await hucre.readXlsx(bytes, { sheets: collectName }).catch(blame(`"${name}"`));

  return {
    sheets,
    date1904: dateSystem === "1904",
    async *blocks(sheet, headRows) {
      let block: StreamRow[] = [];
      let isHead = true;
      try {
        for await (const row of hucre.streamXlsxRows(bytes, { sheet })) {
          if (isHead ? row.index >= headRows : block.length >= rowsPerBlock) {
            yield block;
            [block, isHead] = [[], false];
          }
          block.push(row);
        }
      } catch (thrown) {
        blame(`sheet "${sheet}" of "${name}"`)(thrown);
      }
      yield block;
    },
  };
}

function blame(what: string) {
  return (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // The reader takes a size that does not hold for an attack.
    const hint = /decompress|inflate|zip|crc/i.test(reason) ? "the file may be damaged: fetch it again" : undefined;
    throw new IngestorError("SOURCE", `Cannot read ${what}: ${reason}`, { cause, hint });
  };
}
