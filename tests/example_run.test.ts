import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { binary, ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";

setDefaultTimeout(60_000);

const datasets = join(import.meta.dir, "../datasets");

test("the example runs in an empty folder: first it publishes, then it finds nothing new", async () => {
  const cwd = tempFolder();
  const flags = ["--datasets", datasets];
  const first = await ingestor(["run", "example", ...flags], { cwd });
  expect(first.exitCode).toBe(0);
  const version_id = await Bun.file(join(cwd, "data/datasets/example/index/current_version.txt")).text();
  expect(first.stdout).toStartWith(`example: published ${version_id} (+`);
  expect(first.stdout).toEndWith(`\nnext: ${await binary()} run example --datasets ${datasets}\n`);
  expect(readdirSync(join(cwd, "data/datasets/example")).toSorted()).toEqual([
    "index",
    "projections",
    "runs",
    "sources",
    "versions",
  ]);

  const second = await ingestor(["run", "example", ...flags], { cwd });
  expect(second.exitCode).toBe(0);
  expect(second.stdout).toBe(`example: unchanged, nothing new since ${version_id}\n`);
  expect(second.stderr).not.toContain("parse");
  expect(readdirSync(join(cwd, "data/datasets/example/versions"))).toEqual([version_id]);
  expect(readdirSync(join(cwd, "data/datasets/example/runs"))).toHaveLength(2);
  expect(readdirSync(cwd)).toEqual(["data"]);
});

test("what it published has the four series, whole", async () => {
  const cwd = tempFolder();
  mkdirSync(join(cwd, "datasets"));
  for (const file of ["example.yaml", "example.xlsx"]) cpSync(join(datasets, file), join(cwd, "datasets", file));
  const { stdout } = await ingestor(["run", "example", "--json"], { cwd });
  const { status, added, withdrawn, rejected, duplicates, series } = JSON.parse(stdout);
  const counts: number[] = Object.values<{ observations: number }>(series).map(({ observations }) => observations);
  expect({ status, withdrawn, rejected, duplicates, codes: Object.keys(series).toSorted() }).toEqual({
    status: "published",
    withdrawn: 0,
    rejected: 0,
    duplicates: 0,
    codes: ["EJEMPLO_IPC_M", "EJEMPLO_RESERVAS_D", "EJEMPLO_TASA_POLITICA_W", "EJEMPLO_TIPO_DE_CAMBIO_D"],
  });
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(added);
});
