import { expect, test } from "bun:test";
import { storeRoot, withState, world } from "../support/run.ts";

const source = "A_D,2026-03-31,1\nA_D,2026-04-01,2\nB_D,2026-04-01,40\n";
const set = [withState];
const older = "v20300101_000000_000001";
const stranger = "projections/Z_D/year=2020/month=01/data.json";

/** What the system that this one replaces leaves: no snapshot, no previous_version, and a clock that ran ahead. */
async function olderStore() {
  const w = world();
  const put = (key: string, text: string) => w.store().put(storeRoot + key, Buffer.from(text));
  const shown = `[{"obs_time":"2026-04-01T00:00:00-03:00","internal_series_code":"A_D","value":7}]`;
  await put("index/current_version.txt", `${older}\n`);
  await put(
    `versions/${older}/manifest.json`,
    JSON.stringify({ version_id: older, json_files: ["A_D/year=2026/month=04/data.json"] }),
  );
  await put("projections/A_D/year=2026/month=04/data.json", shown);
  await put(stranger, "[]");
  await w.store("state").put("rates.json", Buffer.from('{"A_D":"2026-04-01T00:00:00","B_D":"2026-04-01T00:00:00"}'));
  w.serve(source);
  return w;
}

test("the store of an older system is taken over: the whole source is read, whatever the state says", async () => {
  const w = await olderStore();
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "published", full: true, added: 3, revised: 0, withdrawn: 0, files: 3 });
  expect(report.version_id ?? "").toStartWith("v20300101_000000_");
  expect((report.version_id ?? "") > older).toBe(true);
  expect((await w.json(`versions/${report.version_id}/manifest.json`)).previous_version).toBe(older);
  expect(await w.current()).toEqual(source.trimEnd().split("\n"));
  expect(await w.projected()).toEqual(source.trimEnd().split("\n"));
  expect(report.warnings).toEqual([
    `1 projections of an older system are in no partition of this dataset: ${storeRoot}${stranger}`,
  ]);
});

test("after that it is a store like any other", async () => {
  const w = await olderStore();
  const { version_id } = (await w.run({ set })).report;
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", version_id, warnings: [] });
  w.serve(`${source}A_D,2026-04-02,3\n`);
  expect((await w.run({ set })).report).toMatchObject({ status: "published", full: false, added: 1, revised: 0 });
});

test("a run that fails on it changes nothing", async () => {
  const w = await olderStore();
  const keys = await w.keys();
  w.serve("!moved\n");
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "failed", version_id: null });
  expect(await w.keys()).toEqual([...keys, `runs/${report.run_id}.json`].toSorted());
});
