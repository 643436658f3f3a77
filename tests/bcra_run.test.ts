import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import * as v from "valibot";
import { parse } from "yaml";
import { fileStore } from "../src/adapters/file_store.ts";
import type { StoredObservation } from "../src/core/observation.ts";
import type { RunReport } from "../src/run/report.ts";
import { readHead, snapshotOf } from "../src/store/head.ts";
import { readVersion } from "./support/read_version.ts";
import { siteOf } from "../src/store/site.ts";
import { date, workbook } from "./builtin/parse/workbook.ts";
import { ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";

// Two workbooks of 5 MB are parsed, and 4,700 files written, more than once.
setDefaultTimeout(120_000);

const repository = resolve(import.meta.dir, "..");
const books = resolve(repository, "../shared/data/bcra/workbook");
const dataset_id = "bcra_infomondia_series";

let served: Blob = new Blob([]);
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(served) });
afterAll(() => server.stop(true));

/** Runs the dataset in that folder, where there is nothing but what earlier runs left. */
async function ran(cwd: string, ...flags: string[]) {
  const folders = [
    "--datasets",
    join(repository, "datasets"),
    "--plugins",
    join(repository, "plugins"),
    "--local",
    "data",
  ];
  const url = `source.url=http://127.0.0.1:${server.port}/series.xlsm`;
  const args = ["run", dataset_id, ...folders, "--set", url, "--json", ...flags];
  const ended = await ingestor(args, { cwd, env: { TZ: "Pacific/Kiritimati" } });
  const report: RunReport = JSON.parse(ended.stdout);
  return { ...ended, report };
}

type Found = Map<string, StoredObservation[]>;

function bySeries(rows: readonly StoredObservation[]): Found {
  return Map.groupBy(rows, ({ internal_series_code }) => internal_series_code);
}

/** What a reader finds who follows the pointer to the snapshot and the snapshot to the files, each with its digest. */
async function current(cwd: string): Promise<Found> {
  const site = siteOf(dataset_id, fileStore(join(cwd, "data")));
  const rows = await readVersion(site, snapshotOf(await readHead(site)));
  return bySeries(rows);
}

/** What a consumer finds who knows nothing but the paths of the projections. */
async function projected(cwd: string): Promise<Found> {
  const folder = join(cwd, "data/datasets", dataset_id, "projections");
  const paths = [...new Bun.Glob("*/year=*/month=*/data.json").scanSync(folder)].toSorted();
  const files = await Promise.all(
    paths.map((path): Promise<StoredObservation[]> => Bun.file(join(folder, path)).json()),
  );
  return bySeries(files.flat());
}

const dataFiles = (cwd: string) => [
  ...new Bun.Glob(`data/datasets/${dataset_id}/versions/*/data/**/data.json`).scanSync(cwd),
];

const collectedAt = async (cwd: string, { version_id }: RunReport): Promise<string> => {
  const manifest = Bun.file(join(cwd, "data/datasets", dataset_id, "versions", version_id ?? "", "manifest.json"));
  return (await manifest.json()).collection_date.slice(0, 19);
};

type Plain = [date: string, value: number][];

async function expectedOf(edition: string): Promise<Map<string, Plain>> {
  const { series } = await Bun.file(join(books, `series_${edition}.expected.json`)).json();
  return new Map(Object.keys(series).map((code) => [code, series[code].observations]));
}

/** Argentina had summer time twice in these years; the clocks moved on Sundays, which no series has. */
function offsetOf(day: string): string {
  const isSummer = (day > "2007-12-30" && day < "2008-03-16") || (day > "2008-10-19" && day < "2009-03-15");
  return isSummer ? "-02:00" : "-03:00";
}

const datasetSchema = v.object({
  parse_config: v.object({
    series_map: v.array(v.object({ internal_series_code: v.string(), unit: v.string(), frequency: v.string() })),
  }),
});

async function seriesMap() {
  const text = await Bun.file(join(repository, `datasets/${dataset_id}.yaml`)).text();
  return v.parse(datasetSchema, parse(text)).parse_config.series_map;
}

/** Everything but when it was collected. */
async function expectObservations(found: Found, wanted: Map<string, Plain>) {
  const map = await seriesMap();
  expect([...found.keys()].toSorted()).toEqual(map.map(({ internal_series_code }) => internal_series_code).toSorted());
  for (const { internal_series_code, unit, frequency } of map) {
    const rows = found.get(internal_series_code) ?? [];
    const observations = (wanted.get(internal_series_code) ?? []).map(([day, value], index) => {
      const obs_time = `${day}T00:00:00${offsetOf(day)}`;
      const collection_date = rows[index]?.collection_date;
      return { obs_time, internal_series_code, value, unit, frequency, collection_date };
    });
    // `toEqual` takes seconds for so many.
    const isSame = Bun.deepEquals(rows, observations);
    expect({ internal_series_code, isSame }).toEqual({ internal_series_code, isSame: true });
  }
}

const reason = existsSync(books) ? "" : ` (skipped: there is no folder ${books})`;

describe.skipIf(!existsSync(books))(`the workbook of Argentina's central bank${reason}`, () => {
  test("is published once, then what is new of it, then what was revised", async () => {
    const cwd = tempFolder();
    served = Bun.file(join(books, "series_A.xlsm"));
    const first = await ran(cwd);
    expect({ exitCode: first.exitCode, stages: first.report.stages.map(({ stage }) => stage) }).toEqual({
      exitCode: 0,
      stages: ["extract", "parse", "normalize", "transform", "load", "publish"],
    });
    expect(first.report).toMatchObject({
      status: "published",
      full: true,
      added: 84_727,
      revised: 0,
      withdrawn: 0,
      rejected: 0,
      duplicates: 0,
      warnings: [],
    });
    const files = dataFiles(cwd);
    expect(files).toHaveLength(first.report.files);
    const [before, after] = [await expectedOf("A"), await expectedOf("B")];
    await expectObservations(await current(cwd), before);
    await expectObservations(await projected(cwd), before);

    const again = await ran(cwd);
    expect(again.exitCode).toBe(0);
    expect(again.report).toMatchObject({ status: "unchanged", version_id: first.report.version_id, files: 0 });
    expect(again.report.stages.map(({ stage }) => stage)).toEqual(["extract"]);
    expect(dataFiles(cwd)).toHaveLength(files.length);

    served = Bun.file(join(books, "series_B.xlsm"));
    const update = await ran(cwd);
    expect(update.exitCode).toBe(0);
    expect(update.report).toMatchObject({ status: "published", full: false, added: 45, revised: 0, withdrawn: null });
    expect(dataFiles(cwd)).toHaveLength(files.length + update.report.files);
    const { revisions } = await Bun.file(join(books, "series_B.revisions.json")).json();
    const unrevised = new Map([...after].map(([code, all]) => [code, unrevisedOf(code, all, revisions)]));
    await expectObservations(await current(cwd), unrevised);
    const lasts = Object.fromEntries([...after].map(([code, all]) => [code, `${all.at(-1)?.[0]}T00:00:00`]));
    const state = join(cwd, `data/state/${dataset_id}.json`);
    expect(await Bun.file(state).json()).toEqual(lasts);

    const full = await ran(cwd, "--full");
    expect(full.exitCode).toBe(0);
    expect(full.report).toMatchObject({ status: "published", full: true, added: 0, revised: 25, withdrawn: 0 });
    expect(dataFiles(cwd)).toHaveLength(files.length + update.report.files + full.report.files);
    const published = await current(cwd);
    await expectObservations(published, after);
    expect(Bun.deepEquals(await projected(cwd), published)).toBe(true);
    expect(await Bun.file(state).json()).toEqual(lasts);

    const reports = [first.report, update.report, full.report];
    const collected = await Promise.all(reports.map((report) => collectedAt(cwd, report)));
    const ofRun = (index: number) =>
      [...published.values()].flat().filter((row) => row.collection_date.startsWith(collected[index] ?? "none"));
    expect(collected.map((_, index) => ofRun(index).length)).toEqual([84_727 - 25, 45, 25]);
    expect(ofRun(2).map(cellOf).toSorted()).toEqual(revisions.map(cellOfRevision).toSorted());
  });
});

interface Revision {
  series: string;
  date: string;
  old: number;
  new: number;
}

function unrevisedOf(code: string, all: Plain, revisions: readonly Revision[]): Plain {
  const olds = new Map(
    revisions.filter(({ series }) => series === code).map((revision) => [revision.date, revision.old]),
  );
  return all.map(([day, value]) => [day, olds.get(day) ?? value]);
}

const cellOf = (row: StoredObservation) => `${row.internal_series_code} ${row.obs_time.slice(0, 10)} ${row.value}`;
const cellOfRevision = (revision: Revision) => `${revision.series} ${revision.date} ${revision.new}`;

test("a column that moved fails the run: what was expected, what was found, and where it is now", async () => {
  const header = ["Fecha", "Variación", null, "Stock"];
  served = new Blob([await workbook({ RESERVAS: [header, ["", "", "", ""], [date("2026-04-15"), 1, null, 45_000]] })]);
  const series = `{internal_series_code: R_D, unit: USD, sheet: RESERVAS, header_row: 1, date_col: A, value_col: B, header: Stock}`;
  const cwd = tempFolder();
  const { exitCode, stderr, report } = await ran(cwd, "--set", `parse_config.series_map=[${series}]`);
  const problem =
    'series "R_D": column B of sheet "RESERVAS" must have the header "Stock", but has "Variación"; it now stands in column D';
  expect(exitCode).toBe(1);
  expect(report).toMatchObject({ status: "failed", version_id: null, added: 0, files: 0 });
  expect(report.error).toEqual({
    code: "STAGE",
    message: 'Cannot parse with "bcra_infomondia": 1 problem in the layout of the source',
    hint: "nothing was published; compare the source with the dataset file and correct what moved",
    problems: [{ message: problem }],
  });
  expect(stderr).toContain(`\n${problem}\nhint: `);
  expect(dataFiles(cwd)).toEqual([]);
});
