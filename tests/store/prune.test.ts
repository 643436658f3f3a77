import { expect, test } from "bun:test";
import type { Notifier } from "../../src/core/ports.ts";
import { dying, keeping } from "../support/keeping.ts";
import { storeRoot, withLock, withState, world, type World } from "../support/run.ts";

const set = [withState];
const march = "A_D,2026-03-31,1\n";
const sourceOf = (value: number) => `${march}A_D,2026-04-01,${value}\nB_D,2026-04-01,40\n`;
const day = (number: number) => new Date(Date.UTC(2040, 0, number, 12)).toISOString();

/** One version a day from 2040-01-01 on, later than anything the memory store says of its objects. */
async function published(days: number, settings: Parameters<typeof keeping>[1] = { set }) {
  const w = world();
  const keep = keeping(w, settings);
  const versions: string[] = [];
  for (let number = 1; number <= days; number++) {
    w.at(day(number));
    versions.push(await keep.publish(sourceOf(number)));
  }
  const at = (number: number) => versions[number - 1] ?? "";
  return { w, keep, versions, at };
}

const folders = async (w: World) => [...new Set((await w.keys("versions/")).map((key) => key.split("/")[1] ?? ""))];
const sourcesIn = async (w: World) => (await w.keys("sources/")).length;

test("without yes nothing is changed, and what would go is told", async () => {
  const { w, keep, at } = await published(4);
  const keys = await w.keys();
  const { deleted, plan, store } = await keep.prune({ keepLast: 2, keepDays: 0, yes: false });
  expect({ deleted, store, kept: plan.kept }).toEqual({ deleted: false, store: "shelf", kept: [at(4), at(3)] });
  expect(plan.versions.map(({ version_id, why }) => [version_id, why])).toEqual([
    [at(1), "old"],
    [at(2), "old"],
  ]);
  expect(plan.archives).toHaveLength(2);
  expect(await w.keys()).toEqual(keys);
});

test("a version that goes loses manifest, snapshot and the files that no kept version refers to", async () => {
  const { w, keep, at } = await published(4);
  const now = await w.current();
  await keep.prune({ keepLast: 2, keepDays: 0 });
  expect(await keep.chain()).toEqual([at(4), at(3)]);
  const left = await w.keys("versions/");
  expect(left.filter((key) => key.includes(at(1)))).toEqual([
    `versions/${at(1)}/data/A_D/year=2026/month=03/data.json`,
    `versions/${at(1)}/data/B_D/year=2026/month=04/data.json`,
  ]);
  expect(left.filter((key) => key.includes(at(2)))).toEqual([]);
  expect(await sourcesIn(w)).toBe(2);
  expect(await w.current()).toEqual(now);
  expect(await keep.problems()).toEqual([]);
  expect(await w.text(`${storeRoot}index/oldest_version.txt`)).toBe(at(3));
});

test("a second prune finds nothing", async () => {
  const { w, keep } = await published(4);
  await keep.prune({ keepLast: 2, keepDays: 0 });
  const keys = await w.keys();
  const { plan } = await keep.prune({ keepLast: 2, keepDays: 0 });
  expect(plan).toMatchObject({ versions: [], archives: [], reports: [] });
  expect(await w.keys()).toEqual(keys);
});

test("what was current at some moment of the days kept stays, and at least as many versions as asked for", async () => {
  const { w, keep, versions } = await published(6);
  w.at("2040-01-06T13:00:00Z");
  const kept = async (keepLast: number, keepDays: number) =>
    (await keep.prune({ keepLast, keepDays, yes: false })).plan.kept.length;
  expect(await kept(1, 0)).toBe(1);
  expect(await kept(1, 2)).toBe(3);
  expect(await kept(4, 2)).toBe(4);
  expect(await kept(100, 0)).toBe(versions.length);
  expect(await kept(1, 100)).toBe(versions.length);
});

test("versions that are not announced stay, and so does the last that was", async () => {
  let isDown = false;
  const told: string[] = [];
  const notifier: Notifier = {
    async announce(_, version_id) {
      if (isDown) throw new Error("the topic is gone");
      told.push(version_id);
    },
  };
  const { w, keep, at } = await published(2, { set, ports: { notifier } });
  isDown = true;
  const later: string[] = [];
  for (const number of [3, 4, 5]) {
    w.at(day(number));
    later.push(await keep.publish(sourceOf(number)));
  }
  const { plan } = await keep.prune({ keepLast: 1, keepDays: 0 });
  expect(plan).toMatchObject({ kept: [...later.toReversed(), at(2)], unannounced: false });
  isDown = false;
  w.at(day(6));
  await w.run({ set, ports: { notifier } });
  expect(told).toEqual([at(1), at(2), ...later]);
  expect((await keep.prune({ keepLast: 1, keepDays: 0 })).plan.kept).toEqual(later.slice(-1));
});

test("where nothing was ever announced everything stays", async () => {
  const { w, keep, versions } = await published(3);
  const shown = { version_id: versions.at(-1), announced: null };
  await w.store().put(`${storeRoot}projections/manifest.json`, Buffer.from(JSON.stringify(shown)));
  const { plan } = await keep.prune({ keepLast: 1, keepDays: 0 });
  expect(plan).toMatchObject({ kept: versions.toReversed(), unannounced: true, versions: [] });
});

test("the version that lagging projections show stays, so that they can be brought up to date", async () => {
  const { w, keep, at } = await published(5);
  const shown = { version_id: at(2), announced: at(5) };
  await w.store().put(`${storeRoot}projections/manifest.json`, Buffer.from(JSON.stringify(shown)));
  await keep.prune({ keepLast: 1, keepDays: 0 });
  expect((await folders(w)).filter((id) => id === at(2) || id === at(5))).toHaveLength(2);
  expect(await w.json(`versions/${at(2)}/snapshot.json`)).not.toBeNull();
  await w.run({ set });
  expect(await keep.problems()).toEqual([]);
  await keep.prune({ keepLast: 1, keepDays: 0 });
  expect(await w.json(`versions/${at(2)}/snapshot.json`)).toBeNull();
  expect(await keep.problems()).toEqual([]);
});

test("what never became current goes after a day, and an archive that nobody needs too", async () => {
  const { w, keep, at } = await published(1);
  const stray = (number: number) => `v204001${String(number).padStart(2, "0")}_110000_000000`;
  const manifest = JSON.stringify({ version_id: stray(2), json_files: [], previous_version: at(1) });
  for (const number of [2, 3]) {
    await w.store().put(`${storeRoot}versions/${stray(number)}/data/A_D/data.json`, Buffer.from("[]\n"));
    await w.store().put(`${storeRoot}versions/${stray(number)}/manifest.json`, Buffer.from(manifest));
  }
  await w.store().put(`${storeRoot}sources/${"0".repeat(64)}`, Buffer.from("?"));
  await w.store().put(`${storeRoot}versions/mine/notes.txt`, Buffer.from("?"));
  w.at(day(3));
  const { plan } = await keep.prune();
  expect(plan.versions).toMatchObject([{ version_id: stray(2), why: "never current" }]);
  expect(await folders(w)).toEqual(["mine", at(1), stray(3)]);
  expect(await sourcesIn(w)).toBe(1);
});

test("an archive that was just written stays, for a run may be about to need it", async () => {
  const { w, keep } = await published(1);
  await w.store().put(`${storeRoot}sources/${"0".repeat(64)}`, Buffer.from("?"));
  w.at(new Date().toISOString());
  expect((await keep.prune({ yes: false })).plan.archives).toEqual([]);
});

test("reports of runs stay for the days kept, and the newest 100 in any case", async () => {
  const { w, keep } = await published(1);
  const name = (number: number) => `${storeRoot}runs/r20380101_${String(number).padStart(6, "0")}_abcdef.json`;
  for (let number = 0; number < 120; number++) await w.store().put(name(number), Buffer.from("{}"));
  expect((await keep.prune()).plan.reports.map(({ key }) => key)).toEqual(
    Array.from({ length: 21 }, (_, i) => name(i)),
  );
  expect(await w.keys("runs/")).toHaveLength(100);
  for (let number = 0; number < 20; number++) {
    await w.store().put(`${storeRoot}runs/r20391231_${String(number).padStart(6, "0")}_abcdef.json`, Buffer.from("{}"));
  }
  expect((await keep.prune({ keepDays: 36_500 })).plan.reports).toEqual([]);
});

test("what an older system wrote is left alone", async () => {
  const { w, keep, at } = await published(2);
  const old = "v20390101_000000_000000";
  const text = JSON.stringify({ version_id: old, json_files: [] });
  await w.store().put(`${storeRoot}versions/${old}/manifest.json`, Buffer.from(text));
  await keep.prune({ keepLast: 1, keepDays: 0 });
  expect(await folders(w)).toEqual([old, at(1), at(2)]);
});

test("a chain that is broken is not pruned: what lies behind the break could not be told from what never was current", async () => {
  const { w, keep, at } = await published(4);
  await w.store().delete([`${storeRoot}versions/${at(2)}/manifest.json`]);
  const key = `${storeRoot}versions/${at(2)}/manifest.json`;
  expect(keep.prune({ keepLast: 1, keepDays: 0 })).rejects.toMatchObject({
    code: "STORAGE",
    message: `Cannot prune "rates": "${key}" is missing, which links the older versions`,
  });
  await w.store().put(`${storeRoot}index/oldest_version.txt`, Buffer.from(at(3)));
  await keep.prune({ keepLast: 1, keepDays: 0 });
  expect(await keep.chain()).toEqual([at(4)]);
  expect(await keep.problems()).toEqual([]);
});

test("a snapshot that is lost, or a pointer, stops a prune before anything is deleted", async () => {
  const { w, keep, at } = await published(3);
  const [keys, snapshot] = [await w.keys(), `${storeRoot}versions/${at(2)}/snapshot.json`];
  const kept = await w.store().get(snapshot);
  await w.store().delete([snapshot]);
  expect(keep.prune({ keepLast: 2, keepDays: 0 })).rejects.toMatchObject({ code: "STORAGE" });
  await w.store().put(snapshot, kept?.body ?? Buffer.of());
  await w.store().delete([`${storeRoot}index/current_version.txt`]);
  expect(keep.prune({ keepLast: 1, keepDays: 0 })).rejects.toMatchObject({
    code: "STORAGE",
    message: expect.stringContaining("it is missing, though"),
  });
  expect(await w.keys()).toEqual(keys.filter((key) => key !== "index/current_version.txt"));
});

test("only what deletes waits for the lock", async () => {
  const { w, keep } = await published(3, { set: [withState, withLock] });
  const answer = await w.lock.acquire("etl:rates", { owner: "fargate-1", run_id: "r20260421_115500_abcdef" });
  expect("held" in answer).toBe(true);
  expect((await keep.prune({ keepLast: 1, keepDays: 0, yes: false })).plan.versions).toHaveLength(2);
  expect(keep.prune({ keepLast: 1, keepDays: 0 })).rejects.toMatchObject({ code: "BUSY" });
});

test("a prune may die anywhere: every version that is still listed is whole, and the next prune finishes", async () => {
  const undisturbed = await published(5);
  await undisturbed.keep.prune({ keepLast: 2, keepDays: 0 });
  const wanted = await undisturbed.w.keys();
  let deaths = 0;
  for (let at = 0; ; at++) {
    const { w, keep } = await published(5);
    const { ports, died } = dying(w, at);
    await keeping(w, { set, ports })
      .prune({ keepLast: 2, keepDays: 0 })
      .catch(() => {});
    expect({ at, problems: await keep.problems() }).toEqual({ at, problems: [] });
    await keep.prune({ keepLast: 2, keepDays: 0 });
    expect({ at, keys: await w.keys() }).toEqual({ at, keys: wanted });
    if (!died()) break;
    deaths++;
  }
  expect(deaths).toBeGreaterThan(20);
});
