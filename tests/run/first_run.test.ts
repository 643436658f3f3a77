import { expect, test } from "bun:test";
import { rates, storeRoot, withState, world } from "../support/run.ts";

const source = `A_D,2026-03-30,1
A_D,2026-03-31,1.5
A_D,2026-04-01,2
B_D,2026-04-01,40
`;
const headers = { etag: '"one"', "last-modified": "Tue, 21 Apr 2026 09:00:00 GMT" };
const sha256 = new Bun.CryptoHasher("sha256").update(source).digest("hex");
const url = "https://user:secret@example.org/rates.csv?format=csv&api_key=secret";
const files = [
  "A_D/year=2026/month=03/data.json",
  "A_D/year=2026/month=04/data.json",
  "B_D/year=2026/month=04/data.json",
];

async function firstRun() {
  const w = world();
  w.at("2026-04-21T12:34:56.789Z");
  w.serve(source, headers);
  const { report, error } = await w.run({ set: [withState, `source.url=${url}`] });
  return { w, report, error, version: report.version_id ?? "none" };
}

test("the report of a first run", async () => {
  const { report, error } = await firstRun();
  expect(error).toBeUndefined();
  expect(report.version_id).toMatch(/^v20260421_123456_\d{6}$/);
  expect(report.run_id).toMatch(/^r20260421_123456_789[0-9a-f]{4}$/);
  expect(report).toEqual({
    dataset_id: "rates",
    run_id: report.run_id,
    status: "published",
    started_at: "2026-04-21T12:34:56Z",
    finished_at: "2026-04-21T12:34:56Z",
    version_id: report.version_id,
    full: true,
    added: 4,
    revised: 0,
    withdrawn: 0,
    rejected: 0,
    rejections: {},
    duplicates: 0,
    source: { url: "https://example.org/rates.csv?format=csv&api_key=***", sha256, bytes: source.length },
    store: "shelf",
    files: 3,
    series: {
      A_D: { observations: 3, last_obs_time: "2026-04-01T00:00:00-03:00" },
      B_D: { observations: 1, last_obs_time: "2026-04-01T00:00:00-03:00" },
    },
    stages: [
      { stage: "extract", seconds: 0, counts: { bytes: source.length } },
      { stage: "parse", seconds: 0, counts: { points: 4 } },
      { stage: "normalize", seconds: 0, counts: { observations: 4, rejected: 0, duplicates: 0 } },
      { stage: "transform", seconds: 0, counts: { observations: 4 } },
      { stage: "load", seconds: 0, counts: { observations: 4, files: 3 } },
      { stage: "publish", seconds: 0, counts: { projections: 3 } },
    ],
    warnings: [],
  });
});

test("its manifest", async () => {
  const { w, report, version } = await firstRun();
  expect(await w.json(`versions/${version}/manifest.json`)).toEqual({
    version_id: version,
    dataset_id: "rates",
    created_at: "2026-04-21T12:34:56Z",
    collection_date: "2026-04-21T12:34:56Z",
    data_points_count: 4,
    series_count: 2,
    series_codes: ["A_D", "B_D"],
    date_range: { min_obs_time: "2026-03-30T03:00:00Z", max_obs_time: "2026-04-01T03:00:00Z" },
    json_files: files,
    partitions: files.map((file) => file.replace("/data.json", "")),
    partition_strategy: "series_year_month",
    previous_version: null,
    changelog: {
      new_series: ["A_D", "B_D"],
      updated_series: [],
      data_points_added: 4,
      data_points_revised: 0,
      data_points_withdrawn: 0,
    },
    source: {
      url: "https://example.org/rates.csv?format=csv&api_key=***",
      sha256,
      etag: headers.etag,
      last_modified: headers["last-modified"],
      fetched_at: "2026-04-21T12:34:56Z",
    },
    fence: 0,
    run_id: report.run_id,
    tool: {
      version: "1.2.3",
      plugins: {
        http: "built-in",
        lines: "built-in",
        memory_versioned: "built-in",
        metadata: "built-in",
        series: "built-in",
      },
    },
    checks: [],
  });
});

test("everything that it leaves in the store, and nothing else", async () => {
  const { w, report, version } = await firstRun();
  expect(await w.keys()).toEqual([
    "index/current_version.txt",
    "index/last_source.json",
    ...files.map((file) => `projections/${file}`),
    "projections/manifest.json",
    `runs/${report.run_id}.json`,
    `sources/${sha256}`,
    ...files.map((file) => `versions/${version}/data/${file}`),
    `versions/${version}/manifest.json`,
    `versions/${version}/snapshot.json`,
  ]);
  expect(await w.text(`${storeRoot}index/current_version.txt`)).toBe(version);
  expect(await w.text(`${storeRoot}sources/${sha256}`)).toBe(source);
  expect(await w.json("projections/manifest.json")).toEqual({ version_id: version, announced: version });
  expect(await w.json(`runs/${report.run_id}.json`)).toEqual(report);
  expect(await w.text("rates.json", "state")).toBe(
    '{\n  "A_D": "2026-04-01T00:00:00",\n  "B_D": "2026-04-01T00:00:00"\n}\n',
  );
});

test("the bytes of a data file, and the same in the projections", async () => {
  const { w, version } = await firstRun();
  const row = (date: string, value: string) =>
    `{"obs_time":"${date}T00:00:00-03:00","internal_series_code":"A_D","value":${value},"unit":"index","frequency":"D","collection_date":"2026-04-21T12:34:56.789000+00:00"}`;
  const bytes = `[\n${row("2026-03-30", "1")},\n${row("2026-03-31", "1.5")}\n]\n`;
  expect(await w.text(`${storeRoot}versions/${version}/data/${files[0]}`)).toBe(bytes);
  expect(await w.text(`${storeRoot}projections/${files[0]}`)).toBe(bytes);
});

test("no secret of the source's URL is anywhere in the store or in what the display is told", async () => {
  const { w, report } = await firstRun();
  const texts = await Promise.all((await w.keys()).map((key) => w.text(storeRoot + key)));
  expect([...texts, JSON.stringify([report, w.events])].filter((text) => text?.includes("secret"))).toEqual([]);
});

test("no secret of the source's URL is in the report of a run that fails", async () => {
  const w = world();
  w.serve("");
  const { report } = await w.run({ set: [`source.url=${url}`] });
  expect(report.error).toEqual({
    code: "SOURCE",
    message: 'Cannot fetch "https://example.org/rates.csv?format=csv&api_key=***": the answer is empty',
  });
  expect(await w.json(`runs/${report.run_id}.json`)).toEqual(report);
});

test("the same run once more gives the same bytes", async () => {
  const [one, other] = [await firstRun(), await firstRun()];
  const keys = await one.w.keys();
  expect(await other.w.keys()).toEqual(keys);
  for (const key of keys) expect(await other.w.text(storeRoot + key)).toBe((await one.w.text(storeRoot + key)) ?? "");
});

test("without a state, none is written", async () => {
  const w = world();
  w.serve(source);
  await w.run({ text: rates });
  expect(await w.text("rates.json", "state")).toBeUndefined();
});
