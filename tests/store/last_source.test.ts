import { expect, test } from "bun:test";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { isCovered, readLastSource, saveLastSource, type LastSource } from "../../src/store/last_source.ts";
import { faultyStore } from "../support/faulty_store.ts";
import { putText } from "../support/objects.ts";
import { ratesIn } from "../support/publishing.ts";

const last: LastSource = {
  sha256: "aa",
  recipe: "r1",
  full: true,
  version_id: "v1",
  url: "https://example.org/a",
  etag: '"e"',
  last_modified: null,
};
const same = { sha256: "aa", recipe: "r1", full: true, version_id: "v1" };
const incremental = { ...same, full: false };

test.each([
  ["the same again", last, same, true],
  ["before the bytes are known", last, { recipe: "r1", full: true, version_id: "v1" }, true],
  ["an incremental one after a full one", last, incremental, true],
  ["an incremental one after another", { ...last, full: false }, incremental, true],
  ["a full one after an incremental one", { ...last, full: false }, same, false],
  ["other bytes", last, { ...same, sha256: "bb" }, false],
  ["another recipe", last, { ...same, recipe: "r2" }, false],
  ["another version", last, { ...same, version_id: "v2" }, false],
  ["a store that is empty now", last, { ...same, version_id: undefined }, false],
  ["a store that was empty then", { ...last, version_id: null }, { ...same, version_id: undefined }, false],
  ["the first", undefined, same, false],
])("%s is covered or not", (_, before, now, covered) => {
  expect(isCovered(before, now)).toBe(covered);
});

test("what is saved is read again, and not written twice", async () => {
  const { store, calls } = faultyStore(memoryStore(), () => undefined);
  const site = ratesIn(store);
  await saveLastSource(site, undefined, last);
  const read = await readLastSource(site);
  expect(read).toEqual(last);
  await saveLastSource(site, read, { ...last });
  expect(calls.map(({ operation }) => operation)).toEqual(["put", "get"]);
});

test.each([[""], ["{}"], ["null"], [JSON.stringify({ ...last, full: "yes" })]])(
  "%j is as good as none",
  async (text) => {
    const site = ratesIn(memoryStore());
    await putText(site.objects, site.keys.lastSource, text);
    expect(await readLastSource(site)).toBeUndefined();
  },
);
