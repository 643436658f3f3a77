import { describe, expect, test } from "bun:test";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { decodeData } from "../../src/store/data_file.ts";
import { faultyStore } from "../support/faulty_store.ts";
import { putText } from "../support/objects.ts";
import { currentOf, heal, noon, publish, ratesIn, type Publishing } from "../support/publishing.ts";
import { seeded } from "../support/run.ts";
import { thrownBy } from "../support/thrown.ts";

const root = "datasets/rates/";
const base = ["A 2024-01-31 1", "A 2024-02-01 2", "A 2024-03-01 3", "B 2024-01-31 4"];
const later = (days: number) => ({ now: () => new Date(noon.getTime() + days * 86_400_000) });

/** Publishes the base and then this; gives the outcome and the data files that were read or written for it. */
async function onBase(
  publishing: Publishing,
  prepare: (objects: ReturnType<typeof memoryStore>) => unknown = () => {},
) {
  const objects = memoryStore();
  await publish(ratesIn(objects), { rows: base });
  await heal(ratesIn(objects));
  await prepare(objects);
  const { store, calls } = faultyStore(objects, () => undefined);
  const outcome = await publish(ratesIn(store), { random: seeded(2), clock: later(1), ...publishing });
  const touched = calls
    .filter(({ key }) => key.endsWith("/data.json"))
    .map(({ operation, key }) => `${operation} ${key.slice(root.length).replace(/v\d{8}_\d{6}_\d{6}/, "ID")}`);
  return { objects, site: ratesIn(objects), outcome, touched };
}

describe("a run on what is published", () => {
  test("reads nothing of what has not changed", async () => {
    const { outcome, touched } = await onBase({ rows: base });
    expect([outcome.status, touched]).toEqual(["unchanged", []]);
  });

  test("reads a changed partition from its projection, and writes it whole, each value with the time it was first seen", async () => {
    const rows = [...base, "A 2024-02-02 7"];
    const { objects, site, outcome, touched } = await onBase({ rows });
    const path = "A/year=2024/month=02/data.json";
    expect(touched).toEqual([`get projections/${path}`, `put versions/ID/data/${path}`]);
    const key = site.keys.data(outcome.draft.version_id, "A/year=2024/month=02");
    const found = decodeData((await objects.get(key))?.body ?? new Uint8Array(), key);
    expect(found.map(({ obs_time, value, collection_date }) => [obs_time, value, collection_date])).toEqual([
      ["2024-02-01T00:00:00-03:00", 2, "2026-04-21T12:00:00.000000+00:00"],
      ["2024-02-02T00:00:00-03:00", 7, "2026-04-22T12:00:00.000000+00:00"],
    ]);
  });

  test.each([
    ["that is damaged", (objects: ReturnType<typeof memoryStore>) => putText(objects, projection, "[{")],
    ["with other content", (objects: ReturnType<typeof memoryStore>) => putText(objects, projection, "[]")],
    ["that is missing", (objects: ReturnType<typeof memoryStore>) => objects.delete([projection])],
  ])("reads the version's own file where there is a projection %s", async (_, prepare) => {
    const { site, touched, outcome } = await onBase({ rows: [...base, "A 2024-02-02 7"] }, prepare);
    const path = "A/year=2024/month=02/data.json";
    expect(touched).toEqual([
      `get projections/${path}`,
      `get versions/ID/data/${path}`,
      `put versions/ID/data/${path}`,
    ]);
    expect(outcome.draft.expectations).toEqual(new Map());
    expect(await currentOf(site)).toEqual([...base, "A 2024-02-02 7"].toSorted());
  });
  const projection = `${root}projections/A/year=2024/month=02/data.json`;

  test("a file of the version that is missing or changed is an error, and nothing is published", async () => {
    const { objects, site, outcome } = await onBase({ rows: base });
    const head = outcome.head.kind === "version" ? outcome.head.version_id : "";
    const key = site.keys.data(head, "A/year=2024/month=02");
    const rows = [...base, "A 2024-02-02 7"];
    await objects.delete([projection]);
    await putText(objects, key, "[]");
    expect(await thrownBy(publish(site, { rows, random: seeded(3) }))).toMatchObject({
      code: "STORAGE",
      message: `Cannot read "${key}": its content is not what the snapshot says`,
    });
    await objects.delete([key]);
    expect(await thrownBy(publish(site, { rows, random: seeded(3) }))).toMatchObject({
      code: "STORAGE",
      message: `Cannot read "${key}": it is missing in memory`,
    });
  });

  test("does not look for withdrawals in what ended before the window", async () => {
    const since = Date.parse("2024-02-15T00:00:00-03:00");
    const { touched, site, outcome } = await onBase({ rows: [], since, on_withdrawal: "drop" });
    const path = "A/year=2024/month=03/data.json";
    // That of February only because the window begins in it; what is left of A tells where it ends now.
    expect(touched).toEqual([
      "get projections/A/year=2024/month=02/data.json",
      `get projections/${path}`,
      `put versions/ID/data/${path}`,
      "get versions/ID/data/A/year=2024/month=02/data.json",
    ]);
    expect(outcome.draft.tally).toMatchObject({ added: 0, revised: 0, withdrawn: 1 });
    expect(await currentOf(site)).toEqual(base.filter((row) => !row.includes("2024-03")));
  });

  test("a window of more days than time has is all of time", async () => {
    const since = noon.getTime() - 1e9 * 86_400_000;
    const { site } = await onBase({ rows: base.slice(1), since, on_withdrawal: "drop" });
    expect(await currentOf(site)).toEqual(base.slice(1));
  });

  test("an incremental one sees no withdrawals", async () => {
    const { touched, outcome } = await onBase({ rows: ["A 2024-03-01 3"], full: false, on_withdrawal: "drop" });
    expect([outcome.status, touched, outcome.draft.tally.withdrawn]).toEqual(["unchanged", [], 0]);
  });

  test("counts what it was told to keep, and publishes nothing for it", async () => {
    const rows = ["A 2024-01-31 1.5", "A 2024-02-01 2", "B 2024-01-31 4"];
    const { outcome } = await onBase({ rows, on_revision: "keep", on_withdrawal: "keep" });
    expect(outcome.status).toBe("unchanged");
    expect(outcome.draft.tally).toMatchObject({ added: 0, revised: 1, withdrawn: 1 });
  });

  test("a partition whose observations are all withdrawn stays, empty, and can be filled again", async () => {
    const { site, outcome } = await onBase({
      rows: base.filter((row) => !row.includes("2024-02")),
      on_withdrawal: "drop",
    });
    expect(outcome.draft.snapshot.partitions.get("A/year=2024/month=02")).toMatchObject({ rows: 0 });
    expect(outcome.draft.snapshot.series.get("A")).toEqual({
      first: "2024-01-31T00:00:00-03:00",
      last: "2024-03-01T00:00:00-03:00",
      count: 2,
    });
    await heal(site);
    await publish(site, { rows: base, clock: later(2) });
    expect(await currentOf(site)).toEqual(base);
  });
});
