import { expect, test } from "bun:test";
import { outcomeOfFailure } from "../../src/cli/outcome.ts";
import { runSummary } from "../../src/cli/summary.ts";
import type { RunReport } from "../../src/run/report.ts";

const { error: _, ...empty } = outcomeOfFailure("example", undefined, new Date("2026-01-02T12:00:00Z")).report;

const published: RunReport = {
  ...empty,
  status: "published",
  version_id: "v20260102_120000_123456",
  added: 84_727,
  revised: 2,
  withdrawn: 0,
  rejected: 1_012,
  rejections: { "not a number": 12, "no date": 1_000 },
  duplicates: 3,
  store: "./data",
  files: 1_234,
  series: {
    A_D: { observations: 84_000, last_obs_time: "2026-01-01T00:00:00-03:00" },
    LONGER_M: { observations: 727, last_obs_time: null },
  },
};

const settings = { verbose: false, next: "ingestor run example" };

test("a published run says what, how much, where, and what is next", () => {
  expect(runSummary(published, settings))
    .toBe(`example: published v20260102_120000_123456 (+84,727 new, 2 revised, 0 withdrawn)

series    observations  last
A_D             84,000  2026-01-01
LONGER_M           727

version      ./data/datasets/example/versions/v20260102_120000_123456/data/  (1,234 files)
projections  ./data/datasets/example/projections/
rejected     1,012
             1,000  no date
             12  not a number
duplicates   3

next: ingestor run example
`);
});

test("an incremental run says what it did not compare", () => {
  const [first] = runSummary({ ...published, withdrawn: null }, settings).split("\n");
  expect(first).toBe("example: published v20260102_120000_123456 (+84,727 new, 2 revised; older values not compared)");
});

test("nothing new is one line", () => {
  expect(runSummary({ ...published, status: "unchanged" }, settings)).toBe(
    "example: unchanged, nothing new since v20260102_120000_123456\n",
  );
  expect(runSummary({ ...published, status: "unchanged", version_id: null }, settings)).toBe("example: unchanged\n");
});

test("a run without a loader says what it would have loaded", () => {
  const report: RunReport = {
    ...published,
    status: "done",
    version_id: null,
    store: null,
    rejections: {},
    rejected: 0,
  };
  expect(runSummary(report, { verbose: false })).toBe(`example: done, 84,727 observations, no loader

series    observations  last
A_D             84,000  2026-01-01
LONGER_M           727

rejected    0
duplicates  3
`);
});

test("long lists are cut, unless all is asked for", () => {
  const series = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`S${index}_D`, { observations: index, last_obs_time: null }]),
  );
  const rejections = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`reason ${index}`, index]));
  const report = { ...published, series, rejections };
  const cut = runSummary(report, settings).split("\n");
  expect(cut).toContain("… and 11 more");
  expect(cut.filter((line) => /^S\d+_D/.test(line))).toHaveLength(19);
  expect(cut).toContain("             … and 4 more reasons");
  const whole = runSummary(report, { verbose: true });
  expect(whole).not.toContain("more");
  expect(whole.match(/^S\d+_D/gm)).toHaveLength(30);
});
