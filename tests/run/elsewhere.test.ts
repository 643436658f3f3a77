import { expect, test } from "bun:test";
import * as v from "valibot";
import { defineLoader } from "../../src/core/define.ts";
import type { Observation } from "../../src/core/observation.ts";
import { withState, world, type World } from "../support/run.ts";

const source = "A_D,2026-04-01,1\nA_D,2026-04-02,2\nB_D,2026-04-01,40\n";
const more = `${source}A_D,2026-04-03,3\n`;
const noLoader = "load=null";

const readState = async (w: World) => JSON.parse((await w.text("rates.json", "state")) ?? "null");

function sink() {
  const taken: Observation[] = [];
  return { taken, sink: (batch: readonly Observation[]) => void taken.push(...batch) };
}

const brief = ({ internal_series_code, obs_time, value }: Observation) =>
  `${internal_series_code},${obs_time.slice(0, 10)},${value}`;

test("without a loader all goes to the sink, complete, and the report counts it", async () => {
  const w = world();
  w.serve(source);
  const out = sink();
  const { report } = await w.run({ set: [noLoader], sink: out.sink });
  expect(out.taken).toEqual(
    [["A_D", "01", 1, "index"] as const, ["A_D", "02", 2, "index"] as const, ["B_D", "01", 40, "percent"] as const].map(
      ([internal_series_code, day, value, unit]) => ({
        obs_time: `2026-04-${day}T00:00:00-03:00`,
        internal_series_code,
        value,
        unit,
        frequency: "D",
        collection_date: "2026-04-21T12:00:00.000000+00:00",
      }),
    ),
  );
  expect(report).toMatchObject({
    status: "done",
    version_id: null,
    store: null,
    full: true,
    withdrawn: null,
    files: 0,
  });
  expect(report.series).toEqual({
    A_D: { observations: 2, last_obs_time: "2026-04-02T00:00:00-03:00" },
    B_D: { observations: 1, last_obs_time: "2026-04-01T00:00:00-03:00" },
  });
  expect(report.stages.map(({ stage }) => stage)).toEqual(["extract", "parse", "normalize", "transform"]);
  expect(await w.keys()).toEqual([]);
});

test("without a loader and a sink the run counts all the same", async () => {
  const w = world();
  w.serve(source);
  expect((await w.run({ set: [noLoader] })).report).toMatchObject({
    status: "done",
    series: { A_D: { observations: 2 } },
  });
});

test("with a state the next run gets only what is new, and with --full all", async () => {
  const w = world();
  const set = [noLoader, withState];
  w.serve(source);
  await w.run({ set });
  expect(await readState(w)).toEqual({ A_D: "2026-04-02T00:00:00", B_D: "2026-04-01T00:00:00" });
  w.serve(more);
  const [next, again, full] = [sink(), sink(), sink()];
  expect((await w.run({ set, sink: next.sink })).report).toMatchObject({ status: "done", full: false });
  expect(next.taken.map(brief)).toEqual(["A_D,2026-04-03,3"]);
  expect(await readState(w)).toEqual({ A_D: "2026-04-03T00:00:00", B_D: "2026-04-01T00:00:00" });
  await w.run({ set, sink: again.sink });
  expect(again.taken).toEqual([]);
  expect((await w.run({ set, sink: full.sink, full: true })).report).toMatchObject({ status: "done", full: true });
  expect(full.taken).toHaveLength(4);
  expect(await readState(w)).toEqual({ A_D: "2026-04-03T00:00:00", B_D: "2026-04-01T00:00:00" });
});

test("a run that fails leaves the state where it was", async () => {
  const w = world();
  const set = [noLoader, withState];
  w.serve(source);
  await w.run({ set });
  const before = await readState(w);
  w.serve(`${more}!moved\n`);
  expect((await w.run({ set })).report).toMatchObject({ status: "failed", error: { code: "STAGE" } });
  const sink = () => Promise.reject(new Error("nobody reads it any more"));
  w.serve(more);
  expect((await w.run({ set, sink })).report.status).toBe("failed");
  expect(await readState(w)).toEqual(before);
});

function ledger() {
  const taken: string[] = [];
  const plugin = defineLoader({
    name: "ledger",
    summary: "Writes into a ledger",
    options: v.strictObject({ page: v.number() }),
    async load(batches, { page }) {
      let loaded = 0;
      for await (const batch of batches) {
        taken.push(...batch.map(brief));
        loaded += batch.length;
      }
      return { loaded, destination: `page ${page}` };
    },
  });
  return { taken, plugins: [plugin], set: ["load={plugin: ledger, page: 7}", withState] };
}

test("a direct loader gets everything, and the report says where it went", async () => {
  const w = world();
  w.serve(source);
  const { taken, ...settings } = ledger();
  const { report } = await w.run(settings);
  expect(taken).toEqual(source.trimEnd().split("\n"));
  expect(report).toMatchObject({ status: "done", store: "page 7", version_id: null });
  expect(report.stages.map(({ stage, counts }) => [stage, counts])).toEqual([
    ["extract", { bytes: source.length }],
    ["parse", { points: 3 }],
    ["normalize", { observations: 3, rejected: 0, duplicates: 0 }],
    ["transform", { observations: 3 }],
    ["load", { observations: 3 }],
  ]);
  w.serve(more);
  await w.run(settings);
  expect(taken).toEqual(more.trimEnd().split("\n"));
});

test("what a direct loader does not take is not said to be processed", async () => {
  const idle = defineLoader({
    name: "idle",
    summary: "Takes nothing",
    options: v.strictObject({}),
    load: async () => ({ loaded: 0, destination: "nowhere" }),
  });
  const w = world();
  w.serve(source);
  const { report } = await w.run({ set: ["load={plugin: idle}", withState], plugins: [idle] });
  expect(report).toMatchObject({
    status: "failed",
    error: { code: "STAGE", message: 'Cannot load with "idle": it left off before the last observation' },
  });
  expect(await readState(w)).toBeNull();
});

test("without a parser the run is done when the source is fetched", async () => {
  const w = world();
  w.serve(source);
  const set = ["parse=null", "parse_config=null", "normalize=null", "transform=null", "load=null"];
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "done", full: true, series: {}, source: { bytes: source.length } });
  expect(report.stages).toEqual([{ stage: "extract", seconds: 0, counts: { bytes: source.length } }]);
});

test("without a normalizer the run is done when the source is parsed, and layout problems fail it", async () => {
  const w = world();
  w.serve(source);
  const set = ["normalize=null", "transform=null", "load=null"];
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "done", series: {} });
  expect(report.stages.map(({ stage, counts }) => [stage, counts])).toEqual([
    ["extract", { bytes: source.length }],
    ["parse", { points: 3 }],
  ]);
  w.serve("!moved\n");
  expect((await w.run({ set })).report).toMatchObject({ status: "failed", error: { code: "STAGE" } });
});
