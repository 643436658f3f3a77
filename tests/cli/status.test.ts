import { expect, test } from "bun:test";
import { statusText } from "../../src/cli/status_text.ts";
import type { Standing } from "../../src/run/standing.ts";

const current = "v20260421_120000_000001";
const older = "v20260420_120000_000001";

const series = (code: string, last: string | null, state: string | null) => ({
  internal_series_code: code,
  observations: last === null ? 0 : 1_234,
  first_obs_time: last,
  last_obs_time: last,
  age_days: last === null ? null : 1,
  state,
});

const run = {
  run_id: "r20260421_120000_abcdef",
  started_at: "2026-04-21T12:00:00Z",
  finished_at: "2026-04-21T12:00:01Z",
  version_id: current,
  added: 1_234,
  revised: 2,
};

const settled: Standing = {
  dataset_id: "rates",
  store: "./data",
  version_id: current,
  created_at: "2026-04-21T12:00:00Z",
  listed: true,
  projections: { mode: "copy", version_id: current },
  announced: current,
  state: { place: "./state/rates.json", saved: true, differing: 0 },
  series: [series("A_D", "2026-04-20T00:00:00-03:00", "2026-04-20T00:00:00")],
  runs: [
    {
      ...run,
      status: "failed",
      error: { code: "SOURCE", message: 'Cannot read "x.xlsx"', problems: [{ message: "it is gone" }] },
    },
    { ...run, status: "published", withdrawn: 0 },
    { ...run, status: "unchanged", added: 0, revised: 0, withdrawn: null },
  ].map((one) => ({ withdrawn: null, ...one })),
};

test("a dataset that is as it should be", () => {
  expect(statusText(settled, 20)).toBe(`dataset      rates
store        ./data/datasets/rates/
version      v20260421_120000_000001, made 2026-04-21T12:00:00Z
projections  show the current version
announced    the current version
state        ./state/rates.json: as published

run                   status       new  revised  withdrawn
2026-04-21T12:00:00Z  failed                                Cannot read "x.xlsx": it is gone
2026-04-21T12:00:00Z  published  1,234        2          0
2026-04-21T12:00:00Z  unchanged      0        0          ?

series  observations  last          age
A_D            1,234  2026-04-20  1 day
`);
});

test("what lags is said, and which series the state has elsewhere", () => {
  const lagging: Standing = {
    ...settled,
    projections: { mode: "copy", version_id: older },
    announced: null,
    state: { place: "./state/rates.json", saved: true, differing: 2 },
    series: [
      series("A_D", "2026-04-20T00:00:00-03:00", "2026-04-20T00:00:00"),
      series("B_D", "2026-04-20T00:00:00-03:00", "2026-01-01T00:00:00"),
      series("GONE_D", null, "2026-01-01T00:00:00"),
    ],
    runs: [],
  };
  expect(statusText(lagging, 20)).toBe(`dataset      rates
store        ./data/datasets/rates/
version      v20260421_120000_000001, made 2026-04-21T12:00:00Z
projections  show v20260420_120000_000001: the next run brings them up to date
announced    nothing yet: the next run makes up for it
state        ./state/rates.json: of 3 series, 2 not as published

series  observations  last          age  state
A_D            1,234  2026-04-20  1 day  2026-04-20T00:00:00
B_D            1,234  2026-04-20  1 day  2026-01-01T00:00:00
GONE_D             0                     2026-01-01T00:00:00
`);
});

test("a dataset that was not run yet", () => {
  const fresh: Standing = { ...settled, version_id: null, created_at: null, state: null, series: [], runs: [] };
  expect(statusText(fresh, 20)).toBe(`dataset  rates
store    ./data/datasets/rates/
version  none: nothing is published yet
state    none: every run compares all that the source has
`);
});

test("what an older system left, without projections of one's own", () => {
  const inherited: Standing = {
    ...settled,
    created_at: null,
    listed: false,
    projections: { mode: "direct", version_id: null },
    state: { place: "./state/rates.json", saved: false, differing: 0 },
    series: [],
    runs: [],
  };
  expect(statusText(inherited, 20)).toBe(`dataset      rates
store        ./data/datasets/rates/
version      v20260421_120000_000001, of an older system, which does not list what it consists of: run the dataset once
projections  none: consumers read the versions' own files
announced    the current version
state        ./state/rates.json: not saved yet, the next run compares all that the source has
`);
});

test("many series are cut", () => {
  const many = Array.from({ length: 25 }, (_, index) => series(`S${index}_D`, null, null));
  const lines = statusText({ ...settled, series: many, runs: [] }, 20)
    .trimEnd()
    .split("\n");
  expect(lines.filter((line) => line.startsWith("S"))).toHaveLength(20);
  expect(lines.at(-1)).toBe("… and 5 more: -v shows all");
});
