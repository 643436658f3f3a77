import { expect, test } from "bun:test";
import { IngestorError } from "../../src/core/errors.ts";
import type { Notifier, ProjectionUpdate } from "../../src/core/ports.ts";
import { faultyStore } from "../support/faulty_store.ts";
import { storeRoot, withState, world, type World } from "../support/run.ts";

const source = "A_D,2026-03-31,1\nA_D,2026-04-01,1\nB_D,2026-04-01,40\n";
const more = "A_D,2026-03-31,1\nA_D,2026-04-01,5\nA_D,2026-04-02,6\nB_D,2026-04-01,40\n";
const rows = (text: string) => text.trimEnd().split("\n");
const saved = { A_D: "2026-04-02T00:00:00", B_D: "2026-04-01T00:00:00" };
const set = [withState];

/** Publishes two versions, and puts projections and state back to where they were after the first. */
async function fallenBehind() {
  const w = world();
  w.serve(source);
  await w.run({ set });
  const keys = await w.keys("projections/");
  const before = await Promise.all(keys.map((key) => w.store().get(storeRoot + key)));
  w.serve(more);
  const { report } = await w.run({ set, full: true });
  expect(report).toMatchObject({ status: "published", added: 1, revised: 1 });
  for (const key of await w.keys("projections/")) await w.store().delete([storeRoot + key]);
  for (const [index, key] of keys.entries()) await w.store().put(storeRoot + key, before[index]?.body ?? Buffer.of());
  await w.store("state").put("rates.json", Buffer.from('{"A_D":"2026-04-01T00:00:00","B_D":"2026-04-01T00:00:00"}'));
  expect(await w.projected()).toEqual(rows(source));
  return { w, version_id: report.version_id };
}

async function expectHealed(w: World, version_id: string | null) {
  expect(await w.projected()).toEqual(rows(more));
  expect(await w.json("projections/manifest.json")).toEqual({ version_id, announced: version_id });
}

test("projections and state that lag behind are brought up to date though the source has nothing new", async () => {
  const { w, version_id } = await fallenBehind();
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "unchanged", version_id, files: 0 });
  await expectHealed(w, version_id);
  expect(JSON.parse((await w.text("rates.json", "state")) ?? "")).toEqual(saved);
});

test("projections that lag behind are brought up to date though the source cannot be had", async () => {
  const { w, version_id } = await fallenBehind();
  w.answerWith(async () => {
    throw new IngestorError("SOURCE", 'Cannot fetch "https://example.org/rates.csv": 503');
  });
  expect((await w.run({ set })).report).toMatchObject({ status: "failed", error: { code: "SOURCE" } });
  await expectHealed(w, version_id);
});

test("and though the source is broken, or has something new", async () => {
  const broken = await fallenBehind();
  broken.w.serve("!moved\n");
  expect((await broken.w.run({ set })).report.status).toBe("failed");
  await expectHealed(broken.w, broken.version_id);

  const { w } = await fallenBehind();
  w.serve(`${more}B_D,2026-04-02,41\n`);
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "published", added: 1, revised: 0 });
  expect(await w.projected()).toEqual([...rows(more), "B_D,2026-04-02,41"]);
});

test("projections that are gone altogether are made again", async () => {
  const { w, version_id } = await fallenBehind();
  await w.store().delete((await w.keys("projections/")).map((key) => storeRoot + key));
  await w.run({ set });
  await expectHealed(w, version_id);
});

function telling(fails: () => boolean = () => false) {
  const told: [ProjectionUpdate, string][] = [];
  const notifier: Notifier = {
    async announce(event, version_id) {
      if (fails()) throw new Error("the topic is gone");
      told.push([event, version_id]);
    },
  };
  return { told, ports: { notifier } };
}

test("a published version is announced", async () => {
  const w = world();
  const { told, ports } = telling();
  w.serve(source);
  const { report } = await w.run({ ports });
  const event = {
    event: "projection_update",
    dataset_id: "rates",
    bucket: "shelf",
    version_manifest_path: `${storeRoot}versions/${report.version_id}/manifest.json`,
    projections_path: `${storeRoot}projections/`,
  } as const;
  expect(told).toEqual([[event, report.version_id ?? ""]]);
  await w.run({ ports });
  expect(told).toHaveLength(1);
});

test("what could not be announced is a warning, and is made up for by the next run, oldest first, whatever comes of it", async () => {
  const w = world();
  let isDown = true;
  const { told, ports } = telling(() => isDown);
  w.serve(source);
  const first = (await w.run({ ports })).report;
  const warning = `Cannot announce version "${first.version_id}": the topic is gone; the next run tries again`;
  expect(first).toMatchObject({ status: "published", warnings: [warning] });
  w.serve(more);
  const second = (await w.run({ ports })).report;
  expect(second.status).toBe("published");
  isDown = false;
  w.serve("!moved\n");
  expect((await w.run({ ports })).report.status).toBe("failed");
  expect(told.map(([, version_id]) => version_id)).toEqual([first.version_id ?? "", second.version_id ?? ""]);
});

test("where nobody listens, a version counts as announced", async () => {
  const w = world();
  w.serve(source);
  const { version_id } = (await w.run()).report;
  expect(await w.json("projections/manifest.json")).toEqual({ version_id, announced: version_id });
  const { told, ports } = telling();
  await w.run({ ports });
  expect(told).toEqual([]);
});

test("a run that a later one has overtaken does not take back what counts as announced", async () => {
  const w = world();
  w.serve(source);
  await w.run();
  w.serve(more);
  let later: Promise<unknown> | undefined;
  const { store } = faultyStore(w.store(), ({ operation, key }) => {
    if (operation !== "put" || !key.includes("/projections/A_D") || later) return undefined;
    w.serve(`${more}B_D,2026-04-02,41\n`);
    return (later = w.run());
  });
  expect((await w.run({ ports: { openStore: () => store } })).report.status).toBe("published");
  const version_id = await w.text(`${storeRoot}index/current_version.txt`);
  expect(await w.json("projections/manifest.json")).toEqual({ version_id, announced: version_id });
});

test("a pointer that is gone though a version was published ends the run, and history is not begun anew", async () => {
  const w = world();
  w.serve(source);
  const { version_id } = (await w.run({ set })).report;
  const pointer = `${storeRoot}index/current_version.txt`;
  await w.store().delete([pointer]);
  const before = await w.keys();
  const { report } = await w.run({ set });
  expect(report).toMatchObject({
    status: "failed",
    version_id: null,
    error: {
      code: "STORAGE",
      message: `Cannot read the pointer "shelf/${pointer}": it is missing, though ${version_id} was published`,
      hint: `ingestor verify rates --repair puts it back; to begin anew, delete ${storeRoot}`,
    },
  });
  expect(await w.keys()).toEqual([...before, `runs/${report.run_id}.json`].toSorted());
  await w.store().put(pointer, Buffer.from(version_id ?? ""));
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", version_id });
});

test("a projection is not replaced by a file that was damaged", async () => {
  for (const damage of [
    "garbage",
    '[\n{"obs_time":"2026-04-01T00:00:00-03:00","internal_series_code":"B_D","value":9,"unit":"percent","frequency":"D","collection_date":"2026-04-21T12:00:00.000000+00:00"}\n]\n',
  ]) {
    const w = world();
    w.serve(source);
    const { version_id } = (await w.run({ set })).report;
    const shown = await w.projected();
    const file = "B_D/year=2026/month=04/data.json";
    await w.store().put(`${storeRoot}versions/${version_id}/data/${file}`, Buffer.from(damage));
    await w.store().delete([`${storeRoot}projections/manifest.json`]);
    expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", version_id });
    expect(await w.projected()).toEqual(shown);

    await w.store().delete([`${storeRoot}projections/manifest.json`, `${storeRoot}projections/${file}`]);
    expect((await w.run({ set })).report).toMatchObject({ status: "failed", error: { code: "STORAGE" } });
    expect((await w.keys("projections/")).includes(`projections/${file}`)).toBe(false);
  }
});
