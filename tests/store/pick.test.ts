import * as fc from "fast-check";
import { expect, test } from "bun:test";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { readVersion } from "../support/read_version.ts";
import { versionChain } from "../../src/store/chain.ts";
import { currentVersion, versionAsOf, versionBefore, versionNamed } from "../../src/store/pick.ts";
import { siteOf, type Site } from "../../src/store/site.ts";
import { formatOf } from "../../src/store/format.ts";
import { putText } from "../support/objects.ts";
import { publish, ratesIn } from "../support/publishing.ts";
import { histories, publishHistory, shapes } from "../support/vintages.ts";

test("what was current at any time is read as of that time, to the byte", async () => {
  await fc.assert(
    fc.asyncProperty(histories, shapes, fc.integer({ min: -5, max: 400_000 }), async (history, shape, seconds) => {
      const { site, vintages } = await publishHistory(history, shape);
      const [first] = vintages;
      if (first === undefined) return;
      const moment = new Date(first.time.getTime() + seconds * 1000);
      const then = vintages.findLast(({ time }) => time <= moment);
      if (then === undefined) {
        expect(versionAsOf(site, moment)).rejects.toThrow("its versions begin later");
        return;
      }
      const { snapshot, version_id } = await versionAsOf(site, moment);
      expect(version_id).toBe(then.version_id);
      expect(await readVersion(site, snapshot)).toEqual(then.rows);
    }),
    { numRuns: 60 },
  );
});

const days = ["2024-01-01", "2024-01-02", "2024-01-03"];

async function threeVersions() {
  const objects = memoryStore();
  const site = ratesIn(objects);
  for (const [index] of days.entries()) {
    const clock = { now: () => new Date(`2026-04-2${index}T12:00:00Z`) };
    await publish(site, { rows: days.slice(0, index + 1).map((day) => `A ${day} 1`), clock });
  }
  const chain = (await Array.fromAsync(versionChain(site))).map(({ version_id }) => version_id);
  return { objects, site, chain, newest: chain[0] ?? "", middle: chain[1] ?? "", oldest: chain[2] ?? "" };
}

test("the chain goes from the current version to the first, and from any version on", async () => {
  const { site, chain, middle, oldest } = await threeVersions();
  expect(chain.map((version_id) => version_id.slice(0, 9))).toEqual(["v20260422", "v20260421", "v20260420"]);
  const rest = await Array.fromAsync(versionChain(site, middle));
  expect(rest.map(({ version_id }) => version_id)).toEqual([middle, oldest]);
  expect(await Array.fromAsync(versionChain(ratesIn(memoryStore())))).toEqual([]);
});

test("the chain ends where older versions were deleted", async () => {
  const { objects, site, newest, middle, oldest } = await threeVersions();
  await objects.delete([site.keys.manifest(oldest)]);
  expect((await Array.fromAsync(versionChain(site))).map(({ version_id }) => version_id)).toEqual([newest, middle]);
  expect(versionNamed(site, oldest)).rejects.toThrow("it is not among its 2 versions");
  expect(versionBefore(site, await versionNamed(site, middle))).rejects.toThrow(`"${oldest}" is no longer kept`);
});

test("a chain that turns back is damage, and not walked for ever", async () => {
  const { objects, site, newest, oldest } = await threeVersions();
  const key = site.keys.manifest(oldest);
  const text = new TextDecoder().decode((await objects.get(key))?.body);
  await putText(objects, key, text.replace('"previous_version": null', `"previous_version": "${newest}"`));
  expect(Array.fromAsync(versionChain(site))).rejects.toThrow("the version before it has a greater id");
});

test("a version that never was current, or is no version, is not found; near ones are named", async () => {
  const { objects, site, newest, middle } = await threeVersions();
  const blocked = "v20260421_130000_000000";
  await putText(objects, site.keys.manifest(blocked), JSON.stringify({ version_id: blocked, json_files: [] }));
  expect(versionNamed(site, blocked)).rejects.toThrow(`Cannot find version "${blocked}" of "rates"`);
  expect(versionNamed(site, `${middle}0`)).rejects.toThrow(`did you mean "${middle}"?`);
  expect(await versionNamed(site, "x").catch((error) => error.hint)).toStartWith(`there are ${newest}, ${middle}, `);
});

test("the version before the first is nothing", async () => {
  const { site, oldest, middle, newest } = await threeVersions();
  expect((await versionBefore(site, await currentVersion(site)))?.version_id).toBe(middle);
  expect(await versionBefore(site, await versionNamed(site, oldest))).toBeUndefined();
  expect(newest).not.toBe(middle);
});

const inherited = "v20241125_120000_000000";
const readers = [
  currentVersion,
  (site: Site) => versionNamed(site, inherited),
  (site: Site) => versionAsOf(site, new Date("2026-01-01")),
];

test("what cannot be read says why", async () => {
  const nothing = ratesIn(memoryStore("shelf"));
  for (const read of readers) {
    expect(read(nothing)).rejects.toThrow('Cannot read "rates": nothing is published yet in shelf');
  }
  const { objects, site, middle } = await threeVersions();
  const parquet = siteOf("rates", objects, await formatOf({ format: "parquet", compression: "snappy" }));
  expect(currentVersion(parquet)).rejects.toThrow("it is kept as json, and the dataset file says parquet");
  await objects.delete([site.keys.snapshot(middle)]);
  expect(versionNamed(site, middle)).rejects.toThrow(`snapshot.json" is missing in memory`);
});

test("a version of an older system cannot be read", async () => {
  const objects = memoryStore();
  const site = ratesIn(objects);
  const version_id = inherited;
  await putText(objects, site.keys.pointer, version_id);
  await putText(objects, site.keys.manifest(version_id), JSON.stringify({ version_id, json_files: [] }));
  for (const read of readers) {
    expect(read(site)).rejects.toThrow("it was written by an older system");
  }
  await publish(site, { rows: ["A 2024-01-01 1"] });
  expect((await Array.fromAsync(versionChain(site))).map(({ previous_version }) => previous_version)).toEqual([
    version_id,
    undefined,
  ]);
  expect(versionBefore(site, await currentVersion(site))).rejects.toThrow("it was written by an older system");
});
