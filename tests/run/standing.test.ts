import { expect, test } from "bun:test";
import { requireTarget } from "../../src/run/open_target.ts";
import { standingOf, type Standing } from "../../src/run/standing.ts";
import { putText } from "../support/objects.ts";
import { datasetOf, rates, storeRoot, withState, world, type World } from "../support/run.ts";

async function standing(w: World, set: string[] = [withState]): Promise<Standing> {
  return standingOf(await requireTarget(await datasetOf(rates, { set }), w.ports), w.ports.clock.now());
}

test("what was published, how old it is, and what the state says", async () => {
  const w = world();
  w.serve("A_D,2026-04-19,1\nA_D,2026-04-20,2\nB_D,2026-03-01,3");
  const { report } = await w.run({ set: [withState] });
  const found = await standing(w);
  expect(found).toMatchObject({
    dataset_id: "rates",
    store: "shelf",
    version_id: report.version_id,
    created_at: "2026-04-21T12:00:00Z",
    listed: true,
    projections: { mode: "copy", version_id: report.version_id },
    announced: report.version_id,
    state: { saved: true, differing: 0 },
  });
  expect(found.series).toEqual([
    {
      internal_series_code: "A_D",
      observations: 2,
      first_obs_time: "2026-04-19T00:00:00-03:00",
      last_obs_time: "2026-04-20T00:00:00-03:00",
      age_days: 1,
      state: "2026-04-20T00:00:00",
    },
    expect.objectContaining({ internal_series_code: "B_D", age_days: 51, state: "2026-03-01T00:00:00" }),
  ]);
});

test("the last ten runs, newest first; a report that cannot be read hides no other", async () => {
  const w = world();
  for (let day = 10; day < 22; day++) {
    w.at(`2026-04-${day}T12:00:00Z`);
    w.serve(day === 20 ? "!the header is gone" : `A_D,2026-04-${day},1\nB_D,2026-04-${day},1`);
    await w.run();
  }
  await putText(w.store(), `${storeRoot}runs/r20260422_120000_000000.json`, "{");
  const { runs } = await standing(w, []);
  expect(runs.map(({ started_at, status }) => `${started_at.slice(8, 10)} ${status}`)).toEqual([
    "21 published",
    "20 failed",
    ..."19 18 17 16 15 14 13".split(" ").map((day) => `${day} published`),
  ]);
  expect(runs[1]?.error?.code).toBe("STAGE");
});

test("nothing yet, and what an older system left", async () => {
  const w = world();
  expect(await standing(w)).toMatchObject({ version_id: null, listed: true, series: [], state: { saved: false } });
  const version_id = "v20241125_120000_000000";
  await putText(w.store(), `${storeRoot}index/current_version.txt`, version_id);
  const manifest = JSON.stringify({ version_id, json_files: [] });
  await putText(w.store(), `${storeRoot}versions/${version_id}/manifest.json`, manifest);
  expect(await standing(w, [])).toMatchObject({ version_id, created_at: null, listed: false, series: [], state: null });
});
