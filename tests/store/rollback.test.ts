import { expect, test } from "bun:test";
import { memoryNotifier } from "../../src/adapters/memory_notifier.ts";
import { readSnapshot } from "../../src/store/head.ts";
import { keeping } from "../support/keeping.ts";
import { ratesIn } from "../support/publishing.ts";
import { storeRoot, withLock, withState, world } from "../support/run.ts";

const one = "A_D,2026-03-31,1\nA_D,2026-04-01,1\nB_D,2026-04-01,40\n";
const two = "A_D,2026-03-31,1\nA_D,2026-04-01,5\nA_D,2026-04-02,6\nB_D,2026-04-01,40\nB_D,2026-05-01,41\n";
const rows = (text: string) => text.trimEnd().split("\n");
const set = [withState];

async function published(settings: Parameters<typeof keeping>[1] = { set }) {
  const w = world();
  const keep = keeping(w, settings);
  const first = await keep.publish(one);
  w.at("2026-04-22T12:00:00Z");
  const second = await keep.publish(two);
  w.at("2026-04-23T12:00:00Z");
  return { w, keep, first, second };
}

test("the content of an earlier version is published as a new one, with what it was made from", async () => {
  const { w, keep, first, second } = await published();
  const { report, error } = await keep.rollback(first);
  expect(error).toBeUndefined();
  expect(report).toMatchObject({
    status: "published",
    rolled_back_to: first,
    added: 0,
    revised: 1,
    withdrawn: 2,
    files: 2,
  });
  expect(report.warnings).toEqual([
    'the next run of "rates" brings the source back: if the source is wrong, keep it from running',
  ]);
  const third = report.version_id ?? "";
  expect(await keep.chain()).toEqual([third, second, first]);
  const [old, now] = [await w.json(`versions/${first}/manifest.json`), await w.json(`versions/${third}/manifest.json`)];
  expect(now).toMatchObject({
    previous_version: second,
    rolled_back_to: first,
    source: old.source,
    json_files: ["A_D/year=2026/month=04/data.json", "B_D/year=2026/month=05/data.json"],
    changelog: {
      new_series: [],
      updated_series: ["A_D", "B_D"],
      data_points_added: 0,
      data_points_revised: 1,
      data_points_withdrawn: 2,
    },
    data_points_count: 1,
    date_range: { min_obs_time: "2026-04-01T03:00:00Z", max_obs_time: "2026-05-01T03:00:00Z" },
    tool: { version: "1.2.3", plugins: {} },
  });
  expect(await w.text(`${storeRoot}versions/${third}/data/B_D/year=2026/month=05/data.json`)).toBe("[]\n");
});

test("observations, projections, extents and state are those of the earlier version", async () => {
  const { w, keep, first } = await published();
  const { report } = await keep.rollback(first);
  expect(await w.current()).toEqual(rows(one));
  expect(await w.projected()).toEqual(rows(one));
  expect(await keep.contentOf(report.version_id ?? "")).toEqual(await keep.contentOf(first));
  expect(JSON.parse((await w.text("rates.json", "state")) ?? "")).toEqual({
    A_D: "2026-04-01T00:00:00",
    B_D: "2026-04-01T00:00:00",
  });
  const [old, now] = await Promise.all(
    [first, report.version_id ?? ""].map((version_id) => readSnapshot(ratesIn(w.store()), version_id)),
  );
  expect(old?.series.size).toBe(2);
  expect(now?.series).toEqual(old?.series);
  expect(await keep.problems()).toEqual([]);
});

test("the next run is not skipped though the source is the same: it brings the source back", async () => {
  const { w, keep, first } = await published();
  const { report: skipped } = await w.run({ set, full: true });
  expect(skipped.status).toBe("unchanged");
  expect(skipped.stages.map(({ stage }) => stage)).toEqual(["extract"]);
  await keep.rollback(first);
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "published", full: true, added: 2, revised: 1 });
  expect(await w.current()).toEqual(rows(two));
  expect(await keep.problems()).toEqual([]);
});

test("a run compares all with what was gone back to, once, also where the source has no more than that", async () => {
  const { w, keep, first } = await published();
  const { version_id } = (await keep.rollback(first)).report;
  w.serve(`${one}\n`);
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", full: true, version_id });
  w.serve(`${one}\n\n`);
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", full: false, version_id });
});

test("going back to the current version, or to what it says, does nothing", async () => {
  const { w, keep, first, second } = await published();
  const keys = await w.keys("versions/");
  expect((await keep.rollback(second)).report).toMatchObject({ status: "unchanged", version_id: second, warnings: [] });
  expect(await w.keys("versions/")).toEqual(keys);
  const third = (await keep.rollback(first)).report.version_id;
  expect((await keep.rollback(first)).report).toMatchObject({ status: "unchanged", version_id: third, files: 0 });
  expect(await keep.chain()).toHaveLength(3);
});

test("projections and state that lag behind are brought up to date, whatever is gone back to", async () => {
  const { w, keep, second } = await published();
  await w.store().delete((await w.keys("projections/")).map((key) => storeRoot + key));
  await w.store("state").delete(["rates.json"]);
  expect((await keep.rollback(second)).report.status).toBe("unchanged");
  expect(await w.projected()).toEqual(rows(two));
  expect(await keep.problems()).toEqual([]);
});

test("with projections in mode direct nothing is copied, and the event leads to the version's own files", async () => {
  const { told, ...notifier } = memoryNotifier();
  const direct = "load.projection={mode: direct}";
  const { w, keep, first } = await published({ set: [withState, direct], ports: { notifier } });
  const { report } = await keep.rollback(first);
  expect(report.status).toBe("published");
  expect(await w.keys("projections/")).toEqual(["projections/manifest.json"]);
  expect(told.at(-1)?.event.projections_path).toBe(`${storeRoot}versions/${report.version_id}/data/`);
  expect(await w.current()).toEqual(rows(one));
  expect(await keep.problems()).toEqual([]);
});

test("a current version that has lost a file can be gone back from", async () => {
  const { w, keep, first, second } = await published();
  const lost = "A_D/year=2026/month=04/data.json";
  await w.store().delete([`${storeRoot}versions/${second}/data/${lost}`, `${storeRoot}projections/${lost}`]);
  const { report } = await keep.rollback(first);
  expect(report).toMatchObject({ status: "published", added: 1, withdrawn: 1 });
  expect(report.warnings[0]).toBe('what "A_D/year=2026/month=04" held is lost, so that all of it counts as new');
  expect(await keep.problems({ all: false })).toEqual([]);
  await w.run({ set, full: true });
  expect(await w.current()).toEqual(rows(two));
  expect(await keep.problems({ all: false })).toEqual([]);
});

test("also where the projections never came to show it", async () => {
  const { w, keep, first, second } = await published();
  const lost = "A_D/year=2026/month=04/data.json";
  const shown = { version_id: first, announced: first };
  await w.store().put(`${storeRoot}projections/manifest.json`, Buffer.from(JSON.stringify(shown)));
  await w.store().delete([`${storeRoot}versions/${second}/data/${lost}`, `${storeRoot}projections/${lost}`]);
  expect((await keep.rollback(first)).report.status).toBe("published");
  expect(await w.projected()).toEqual(rows(one));
  expect(await keep.problems({ all: false })).toEqual([]);
});

test("a version that never was is refused, with the ones that there are", async () => {
  const { w, keep, first, second } = await published();
  const reports = await w.keys("runs/");
  const wrong = `${first.slice(0, -1)}x`;
  expect(keep.rollback(wrong)).rejects.toMatchObject({
    code: "ARGUMENT",
    message: `Cannot find version "${wrong}" of "rates": it is not among its 2 versions, did you mean "${first}"?`,
    hint: `there are ${second}, ${first}`,
  });
  expect(await w.keys("runs/")).toEqual(reports);
});

test("while another run holds the lock nothing is done", async () => {
  const { w, keep, first } = await published({ set: [withState, withLock] });
  const answer = await w.lock.acquire("etl:rates", { owner: "fargate-1", run_id: "r20260421_115500_abcdef" });
  expect("held" in answer).toBe(true);
  expect((await keep.rollback(first)).report).toMatchObject({ status: "busy", version_id: null });
  expect(await w.current()).toEqual(rows(two));
});
