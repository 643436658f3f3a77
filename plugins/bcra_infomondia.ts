import { defineNormalizer, defineParser, defineTransformer, excel, foldText, metadata, series } from "ingestor";
import type * as v from "valibot";

/**
 * Where the sheets of the central bank's `series.xlsm` say of a row what it is: D for daily data, and further down PM,
 * VFM and VPM for monthly averages and variations of the same columns. The other sheets do not say it.
 */
const typeColumns = new Map([
  ["base monetaria", "AG"],
  ["reservas", "Q"],
  ["depositos", "AE"],
  ["prestamos", "V"],
]);

type Series = v.InferOutput<typeof excel.options>["series_map"][number];

function onlyDaily(one: Series): Series {
  const col = typeColumns.get(foldText(one.sheet));
  const where = one.where ?? (col === undefined ? undefined : { col, equals: "D" });
  return { ...one, where, until: one.until ?? "date_restarts" };
}

export default [
  defineParser({
    name: "bcra_infomondia",
    summary: "Reads daily series from the workbook series.xlsm of the BCRA",
    options: excel.options,
    parse: (source, options, ctx) =>
      excel.parse(source, { ...options, series_map: options.series_map.map(onlyDaily) }, ctx),
  }),
  defineNormalizer({ ...series, name: "bcra_infomondia" }),
  defineTransformer({ ...metadata, name: "bcra_infomondia" }),
];
