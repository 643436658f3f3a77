import { readXlsx } from "hucre/xlsx";
import { expect, test } from "bun:test";
import { exampleWorkbook } from "../../datasets/make_example.ts";
import { loadDataset } from "../../src/config/load.ts";
import type { Observation, ParsedPoint } from "../../src/core/observation.ts";
import { builtinPlugins } from "../../src/host/builtins.ts";
import { pluginRegistry } from "../../src/host/registry.ts";
import { extractContext } from "../support/stage.ts";

const baseDir = `${import.meta.dir}/../../datasets`;

test("the committed workbook is what the script makes", async () => {
  const [made, again] = await Promise.all([exampleWorkbook(), exampleWorkbook()]);
  expect(Buffer.compare(made, again)).toBe(0);
  // Cells, not bytes: how well the deflation is done differs between platforms.
  expect((await readXlsx(await Bun.file(`${baseDir}/example.xlsx`).bytes())).sheets).toEqual(
    (await readXlsx(made)).sheets,
  );
});

async function load() {
  const text = await Bun.file(`${baseDir}/example.yaml`).text();
  const plugins = pluginRegistry(builtinPlugins, []);
  return loadDataset({ text, file: "example.yaml", baseDir, plugins, env: {} });
}

test("the dataset file is valid, and gives every cell that holds a value", async () => {
  const { dataset, warnings } = await load();
  expect(warnings).toEqual([]);
  const { source, parse, normalize } = dataset;
  const ctx = { ...extractContext({ baseDir }), series: dataset.series };
  const raw = await source.plugin.extract(source.options, ctx);
  if (raw === "unchanged" || !parse || !normalize) throw new Error("the example has all its stages");

  const points = await Array.fromAsync<ParsedPoint>(parse.plugin.parse(raw, parse.options, ctx));
  const outcomes = points.map(normalize.plugin.normalize(normalize.options, ctx));
  expect(outcomes.filter((outcome) => outcome === undefined || "rejected" in outcome)).toEqual([]);
  expect([ctx.warnings, ctx.counts]).toEqual([[], {}]);

  const bySeries = Map.groupBy(outcomes as Observation[], ({ internal_series_code }) => internal_series_code);
  const summary = [...bySeries].map(([code, all]) => [code, all.length, all[0], all.at(-1)?.obs_time]);
  const from = (obs_time: string, value: number) =>
    expect.objectContaining({ obs_time: `${obs_time}T00:00:00-03:00`, value });
  expect(summary).toEqual([
    ["EJEMPLO_TIPO_DE_CAMBIO_D", 506, from("2023-01-02", 880.24), "2024-12-30T00:00:00-03:00"],
    ["EJEMPLO_RESERVAS_D", 512, from("2023-01-02", 44577), "2024-12-30T00:00:00-03:00"],
    ["EJEMPLO_TASA_POLITICA_W", 103, from("2023-01-02", 75), "2024-12-27T00:00:00-03:00"],
    ["EJEMPLO_IPC_M", 23, from("2023-01-01", 105.4), "2024-11-01T00:00:00-03:00"],
  ]);
});
