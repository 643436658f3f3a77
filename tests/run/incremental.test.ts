import { expect, test } from "bun:test";
import { withState, world, type World } from "../support/run.ts";

const source = "A_D,2026-04-01,1\nA_D,2026-04-02,2\nB_D,2026-04-01,40\nB_D,2026-04-02,41\n";
/** Two new, and one revised in either series. */
const more =
  "A_D,2026-04-01,1\nA_D,2026-04-02,2.5\nA_D,2026-04-03,3\nB_D,2026-04-01,40.5\nB_D,2026-04-02,41\nB_D,2026-04-03,42\n";
const set = [withState];
const upToDate = { A_D: "2026-04-03T00:00:00", B_D: "2026-04-03T00:00:00" };

const readState = async (w: World) => JSON.parse((await w.text("rates.json", "state")) ?? "null");
const putState = (w: World, state: unknown) => w.store("state").put("rates.json", Buffer.from(JSON.stringify(state)));

async function ran(changes: readonly string[] = []) {
  const w = world();
  w.serve(source);
  await w.run({ set: [...set, ...changes] });
  w.serve(more);
  return w;
}

test("with a state only what is newer is read, and neither revisions nor withdrawals are seen", async () => {
  const w = await ran();
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "published", full: false, added: 2, revised: 0, withdrawn: null });
  expect(report.stages[1]).toEqual({ stage: "parse", seconds: 0, counts: { points: 2 } });
  expect(await w.current()).toEqual([
    "A_D,2026-04-01,1",
    "A_D,2026-04-02,2",
    "A_D,2026-04-03,3",
    "B_D,2026-04-01,40",
    "B_D,2026-04-02,41",
    "B_D,2026-04-03,42",
  ]);
  const manifest = await w.json(`versions/${report.version_id}/manifest.json`);
  expect(manifest.changelog).toMatchObject({ data_points_added: 2, data_points_withdrawn: null });
  expect(await readState(w)).toEqual(upToDate);
});

test("--full finds what an incremental run cannot see", async () => {
  const w = await ran();
  await w.run({ set });
  const { report } = await w.run({ set, full: true });
  expect(report).toMatchObject({ status: "published", full: true, added: 0, revised: 2, withdrawn: 0 });
  expect(await w.current()).toEqual(more.trimEnd().split("\n"));
  expect(await readState(w)).toEqual(upToDate);
});

test("a parser that ignores what it is asked for changes nothing of that", async () => {
  const obedient = await ran();
  const ignorant = await ran(["parse_config.obedient=false"]);
  const wanted = (await obedient.run({ set })).report;
  const { report } = await ignorant.run({ set: [...set, "parse_config.obedient=false"] });
  expect(report.stages[1]?.counts).toEqual({ points: 6 });
  expect(report).toMatchObject({ status: "published", full: false, added: 2, revised: 0, withdrawn: null });
  expect(report.series).toEqual(wanted.series);
  expect(await ignorant.current()).toEqual(await obedient.current());
});

test("state.lookback reads again from so many days before, and sees what was revised since", async () => {
  const lookback = ["state={kind: file, path: state/rates.json, lookback: 1}"];
  const w = await ran();
  const { report } = await w.run({ set: lookback });
  expect(report).toMatchObject({ status: "published", full: false, added: 2, revised: 1, withdrawn: null });
  expect(await w.current()).toContain("A_D,2026-04-02,2.5");
  expect(await w.current()).toContain("B_D,2026-04-01,40");
});

test("a state that is ahead of the data hides nothing", async () => {
  const w = await ran();
  await putState(w, { A_D: "2026-04-20T00:00:00", B_D: "2026-04-20T00:00:00" });
  expect((await w.run({ set })).report).toMatchObject({ status: "published", added: 2, revised: 0, withdrawn: null });
  expect(await readState(w)).toEqual(upToDate);
});

test("a state that is ahead of an empty store hides nothing", async () => {
  const w = world();
  w.serve(more);
  await putState(w, upToDate);
  expect((await w.run({ set })).report).toMatchObject({ status: "published", full: true, added: 6, withdrawn: 0 });
});

test("a state that is behind reads again, and what it finds is compared", async () => {
  const w = await ran();
  await putState(w, { A_D: "2026-04-01T00:00:00", B_D: "2026-03-01" });
  expect((await w.run({ set })).report).toMatchObject({ status: "published", added: 2, revised: 2, withdrawn: null });
  expect(await readState(w)).toEqual(upToDate);
});

test("a state that is behind publishes nothing where nothing is new", async () => {
  const w = await ran();
  w.serve(`${source}\n`);
  await putState(w, { A_D: "2026-03-01T00:00:00", B_D: "2026-03-01T00:00:00" });
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", full: false, added: 0, files: 0 });
  expect(await readState(w)).toEqual({ A_D: "2026-04-02T00:00:00", B_D: "2026-04-02T00:00:00" });
});

test("a series that the state lacks is read whole, and only it", async () => {
  const w = await ran();
  await putState(w, { A_D: "2026-04-02T00:00:00" });
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "published", full: false, added: 2, revised: 1, withdrawn: null });
  expect(await w.current()).toEqual([
    "A_D,2026-04-01,1",
    "A_D,2026-04-02,2",
    "A_D,2026-04-03,3",
    "B_D,2026-04-01,40.5",
    "B_D,2026-04-02,41",
    "B_D,2026-04-03,42",
  ]);
  expect(await readState(w)).toEqual(upToDate);
});

test("a series that is only in the state is read whole", async () => {
  const w = world();
  const map = (codes: string) => `parse_config.series_map=[${codes}]`;
  const [a, b] = ["{internal_series_code: A_D, unit: index}", "{internal_series_code: B_D, unit: percent}"];
  w.serve("A_D,2026-04-01,1\n");
  await w.run({ set: [...set, map(a)] });
  await putState(w, { A_D: "2026-04-01T00:00:00", B_D: "2026-04-02T00:00:00" });
  w.serve(source);
  expect((await w.run({ set: [...set, map(`${a}, ${b}`)] })).report).toMatchObject({ status: "published", added: 3 });
});

test("an empty state is none", async () => {
  const w = await ran();
  await putState(w, {});
  expect((await w.run({ set })).report).toMatchObject({ status: "published", full: true, added: 2, revised: 2 });
});

test("a state that cannot be read is a warning, and the whole source is read", async () => {
  const w = await ran();
  await putState(w, { A_D: "yesterday" });
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "published", full: true, added: 2, revised: 2 });
  expect(report.warnings).toEqual([
    'Cannot read the state "state/rates.json": it is not a map of series to times; the whole source is read',
  ]);
  expect(await readState(w)).toEqual(upToDate);
});

test("a run that fails after reading leaves the state where it was", async () => {
  const w = await ran();
  const before = await readState(w);
  w.serve(`${more}!moved\n`);
  expect((await w.run({ set })).report.status).toBe("failed");
  expect(await readState(w)).toEqual(before);
});

test("what an incremental run has read is never put on a version that ends before it began to read", async () => {
  const w = world();
  w.serve("A_D,2026-04-01,1\nB_D,2026-04-01,40\n");
  const older = (await w.run({ set })).report.version_id ?? "";
  w.serve(source);
  await w.run({ set });
  const pointer = "datasets/rates/index/current_version.txt";
  w.answerWith(async (url) => {
    // Somebody goes back to the older version while this run is at work.
    await w.store().put(pointer, Buffer.from(older));
    return { status: 200, url, headers: new Headers(), body: new Blob([more]) };
  });
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "failed", version_id: null, added: 0 });
  expect(report.error).toEqual({
    code: "CONFLICT",
    message: 'Cannot publish "rates": the current version is an older one now',
    hint: "nothing was published; run again, which reads all that is missing from it",
  });
  expect(await w.text(pointer)).toBe(older);
  w.serve(more);
  expect((await w.run({ set })).report).toMatchObject({ status: "published", added: 4 });
  expect(await w.current()).toEqual([
    "A_D,2026-04-01,1",
    "A_D,2026-04-02,2.5",
    "A_D,2026-04-03,3",
    "B_D,2026-04-01,40",
    "B_D,2026-04-02,41",
    "B_D,2026-04-03,42",
  ]);
});

test("another run that publishes first is merged with", async () => {
  const w = await ran();
  w.answerWith(async (url) => {
    w.serve(`${source}A_D,2026-04-03,3\n`);
    await w.run({ set });
    return { status: 200, url, headers: new Headers(), body: new Blob([more]) };
  });
  expect((await w.run({ set })).report).toMatchObject({ status: "published", added: 1, revised: 0 });
  expect(await w.current()).toContain("A_D,2026-04-03,3");
  expect(await w.current()).toContain("B_D,2026-04-03,42");
  expect(await w.projected()).toEqual(await w.current());
});
