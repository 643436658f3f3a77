import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeXlsx, type CellValue } from "hucre/xlsx";
import * as v from "valibot";
import type { ParsedPoint } from "../../../src/core/observation.ts";
import excel from "../../../src/builtin/parse/excel.ts";
import { recordingContext, type ContextSettings } from "../../support/context.ts";

/** Statistics as their publishers wrote them; not part of the repository. */
export const realData = join(import.meta.dir, "../../../../shared/data");
export const hasRealData = existsSync(realData);

/** A workbook with these sheets, row by row; dates become date cells. */
export async function workbook(sheets: Record<string, CellValue[][]>, dateSystem: "1900" | "1904" = "1900") {
  const bytes = await writeXlsx({ dateSystem, sheets: Object.entries(sheets).map(([name, rows]) => ({ name, rows })) });
  return bytes as Uint8Array<ArrayBuffer>;
}

export function date(iso: string): Date {
  return new Date(iso.length === 10 ? `${iso}T00:00:00Z` : `${iso}Z`);
}

type Parse = Pick<typeof excel, "parse" | "options">;
type SeriesMap = Record<string, unknown>[];

/** What the parser makes of the bytes: the points by series, as `[obs_time, value]`, and what it told its context. */
export async function parsed(
  bytes: BlobPart | Blob,
  series_map: SeriesMap,
  settings: ContextSettings & { parser?: Parse; options?: object } = {},
) {
  const parser = settings.parser ?? excel;
  const options = v.parse(parser.options, { series_map, ...settings.options });
  const { guard, problems, warnings, ...ctx } = recordingContext(settings);
  const source = { blob: new Blob([bytes]), url: "https://user:secret@example.org/series.xlsx" };
  const points: Record<string, [string, ParsedPoint["value"]][]> = {};
  for await (const { internal_series_code, obs_time, value } of parser.parse(source, options, { ...ctx, guard })) {
    (points[internal_series_code] ??= []).push([obs_time, value]);
  }
  return { points, problems, warnings };
}
