import { expect, test } from "bun:test";
import { storeRoot, withState, world, type World } from "../support/run.ts";

const before = `A_D,2026-03-31,1
A_D,2026-04-01,2
A_D,2026-04-02,3
B_D,2026-03-31,40
B_D,2026-04-01,41
`;
/** One new, one revised, one withdrawn; April of B_D and March of A_D stay as they are. */
const after = `A_D,2026-03-31,1
A_D,2026-04-01,2.5
A_D,2026-04-03,4
B_D,2026-03-31,42
B_D,2026-04-01,41
`;
const counted = { status: "published", full: true, added: 1, revised: 2, withdrawn: 1, files: 2 };

async function updated(set: string[] = []) {
  const w = world();
  w.serve(before);
  const first = (await w.run({ set })).report;
  w.at("2026-04-22T12:00:00Z");
  w.serve(after);
  const { report } = await w.run({ set });
  return { w, first, report };
}

const collectionDates = async (w: World, partition: string) => {
  const rows: { obs_time: string; collection_date: string }[] = await w.json(`projections/${partition}/data.json`);
  return rows.map(({ obs_time, collection_date }) => `${obs_time.slice(0, 10)} ${collection_date.slice(0, 10)}`);
};

test("what is new is added, what is revised replaced, what is withdrawn kept", async () => {
  const { w, report } = await updated();
  expect(report).toMatchObject(counted);
  const rows = ["A_D,2026-03-31,1", "A_D,2026-04-01,2.5", "A_D,2026-04-02,3", "A_D,2026-04-03,4"];
  expect(await w.current()).toEqual([...rows, "B_D,2026-03-31,42", "B_D,2026-04-01,41"]);
  expect(await w.projected()).toEqual(await w.current());
});

test("only what was added or revised was collected anew", async () => {
  const { w } = await updated();
  expect(await collectionDates(w, "A_D/year=2026/month=03")).toEqual(["2026-03-31 2026-04-21"]);
  expect(await collectionDates(w, "A_D/year=2026/month=04")).toEqual([
    "2026-04-01 2026-04-22",
    "2026-04-02 2026-04-21",
    "2026-04-03 2026-04-22",
  ]);
});

test("the version holds only the partitions that changed, and its manifest says what changed", async () => {
  const { w, first, report } = await updated();
  const [id, files] = [report.version_id, ["A_D/year=2026/month=04/data.json", "B_D/year=2026/month=03/data.json"]];
  expect(await w.keys(`versions/${id}/data/`)).toEqual(files.map((file) => `versions/${id}/data/${file}`));
  const { version_id, source, tool, ...manifest } = await w.json(`versions/${id}/manifest.json`);
  expect(version_id).toBe(id);
  expect(source).toEqual({
    url: "https://example.org/rates.csv",
    sha256: report.source?.sha256,
    etag: null,
    last_modified: null,
    fetched_at: "2026-04-22T12:00:00Z",
  });
  expect(tool.version).toBe("1.2.3");
  expect(manifest).toEqual({
    dataset_id: "rates",
    created_at: "2026-04-22T12:00:00Z",
    collection_date: "2026-04-22T12:00:00Z",
    data_points_count: 3,
    series_count: 2,
    series_codes: ["A_D", "B_D"],
    date_range: { min_obs_time: "2026-03-31T03:00:00Z", max_obs_time: "2026-04-03T03:00:00Z" },
    json_files: files,
    partitions: files.map((file) => file.replace("/data.json", "")),
    partition_strategy: "series_year_month",
    previous_version: first.version_id,
    changelog: {
      new_series: [],
      updated_series: ["A_D", "B_D"],
      data_points_added: 1,
      data_points_revised: 2,
      data_points_withdrawn: 1,
    },
    fence: 0,
    run_id: report.run_id,
    checks: [],
  });
});

test("on_revision: keep counts revisions and leaves what is published", async () => {
  const { w, report } = await updated(["load.on_revision=keep"]);
  expect(report).toMatchObject({ ...counted, files: 1 });
  const rows = ["A_D,2026-03-31,1", "A_D,2026-04-01,2", "A_D,2026-04-02,3", "A_D,2026-04-03,4"];
  expect(await w.current()).toEqual([...rows, "B_D,2026-03-31,40", "B_D,2026-04-01,41"]);
  expect(await w.projected()).toEqual(await w.current());
});

test("what is kept is counted in the changelog, and is nothing that the version changed", async () => {
  const { w, report } = await updated(["load.on_revision=keep"]);
  expect(await w.json(`versions/${report.version_id}/manifest.json`)).toMatchObject({
    data_points_count: 1,
    series_count: 1,
    series_codes: ["A_D"],
    date_range: { min_obs_time: "2026-04-03T03:00:00Z", max_obs_time: "2026-04-03T03:00:00Z" },
    changelog: {
      new_series: [],
      updated_series: ["A_D"],
      data_points_added: 1,
      data_points_revised: 2,
      data_points_withdrawn: 1,
    },
  });
});

test("a withdrawal changes the version where it is dropped, and is nothing to it where it is kept", async () => {
  const described = async (choice: string) => {
    const w = world();
    const set = [`load.on_withdrawal=${choice}`];
    w.serve("A_D,2026-03-31,1\nA_D,2026-04-01,2\nB_D,2026-04-01,40\n");
    await w.run({ set });
    w.serve("A_D,2026-04-01,2\nB_D,2026-04-01,40\nB_D,2026-04-02,41\n");
    const { version_id } = (await w.run({ set })).report;
    const { data_points_count, series_codes, date_range, changelog } = await w.json(
      `versions/${version_id}/manifest.json`,
    );
    return { data_points_count, series_codes, date_range, updated: changelog.updated_series };
  };
  expect(await described("keep")).toEqual({
    data_points_count: 1,
    series_codes: ["B_D"],
    date_range: { min_obs_time: "2026-04-02T03:00:00Z", max_obs_time: "2026-04-02T03:00:00Z" },
    updated: ["B_D"],
  });
  expect(await described("drop")).toEqual({
    data_points_count: 1,
    series_codes: ["A_D", "B_D"],
    date_range: { min_obs_time: "2026-03-31T03:00:00Z", max_obs_time: "2026-04-02T03:00:00Z" },
    updated: ["A_D", "B_D"],
  });
});

test("on_withdrawal: drop takes away what the source no longer has", async () => {
  const { w, report } = await updated(["load.on_withdrawal=drop"]);
  expect(report).toMatchObject(counted);
  const rows = ["A_D,2026-03-31,1", "A_D,2026-04-01,2.5", "A_D,2026-04-03,4"];
  expect(await w.current()).toEqual([...rows, "B_D,2026-03-31,42", "B_D,2026-04-01,41"]);
  expect(await w.projected()).toEqual(await w.current());
});

test("a whole partition that is withdrawn and dropped is empty for those who follow, and the state goes back", async () => {
  const w = world();
  const set = ["load.on_withdrawal=drop", withState];
  w.serve("A_D,2026-03-31,1\nA_D,2026-04-01,2\nB_D,2026-04-01,40\n");
  await w.run({ set });
  w.serve("A_D,2026-03-31,1\nB_D,2026-04-01,40\n");
  const { report } = await w.run({ set, full: true });
  expect(report).toMatchObject({ status: "published", added: 0, revised: 0, withdrawn: 1, files: 1 });
  expect(await w.current()).toEqual(["A_D,2026-03-31,1", "B_D,2026-04-01,40"]);
  expect(await w.text(`${storeRoot}projections/A_D/year=2026/month=04/data.json`)).toBe("[]\n");
  expect(JSON.parse((await w.text("rates.json", "state")) ?? "")).toEqual({
    A_D: "2026-03-31T00:00:00",
    B_D: "2026-04-01T00:00:00",
  });
});

test("what was withdrawn and kept is counted again, and publishes nothing again", async () => {
  const { w, report } = await updated();
  w.serve(`${after}\n`);
  const again = (await w.run()).report;
  expect(again).toMatchObject({ status: "unchanged", version_id: report.version_id, added: 0, revised: 0, files: 0 });
  expect(again.withdrawn).toBe(1);
});

test("other bytes that say the same publish nothing: no file, no version, no archive", async () => {
  const { w, report } = await updated(["load.on_withdrawal=drop"]);
  const keys = await w.keys();
  w.serve(after.split("\n").toReversed().join("\n"));
  const again = (await w.run({ set: ["load.on_withdrawal=drop"] })).report;
  expect(again).toMatchObject({ status: "unchanged", version_id: report.version_id, withdrawn: 0, files: 0 });
  expect(again.stages.map(({ stage }) => stage)).toEqual(["extract", "parse", "normalize", "transform", "load"]);
  expect(await w.keys()).toEqual([...keys, `runs/${again.run_id}.json`].toSorted());
});

test("a series that comes later is new, and only it", async () => {
  const w = world();
  w.serve("A_D,2026-04-01,2\n");
  const series = (...codes: string[]) =>
    `parse_config.series_map=[${codes.map((code) => `{internal_series_code: ${code}, unit: index}`).join(", ")}]`;
  await w.run({ set: [series("A_D")] });
  w.serve("A_D,2026-04-01,2\nC_D,2026-04-01,7\n");
  const { report } = await w.run({ set: [series("A_D", "C_D")] });
  expect((await w.json(`versions/${report.version_id}/manifest.json`)).changelog).toEqual({
    new_series: ["C_D"],
    updated_series: [],
    data_points_added: 1,
    data_points_revised: 0,
    data_points_withdrawn: 0,
  });
  expect(await w.current()).toEqual(["A_D,2026-04-01,2", "C_D,2026-04-01,7"]);
});

test("a change of time zone moves observations to other partitions, and doubles none", async () => {
  const w = world();
  const [utc, local] = ["normalize.timezone=UTC", "normalize.timezone=America/Argentina/Buenos_Aires"];
  // Instants that the source gives with their zone, at the turn of a month.
  const source = "A_D,2026-01-01T00:00:00Z,1\nA_D,2026-02-01T00:00:00Z,2\nB_D,2026-01-31T12:00:00Z,3\n";
  w.serve(source);
  await w.run({ set: [utc, "parse_config.obedient=false"] });
  const { report } = await w.run({ set: [local, "parse_config.obedient=false"] });
  expect(report).toMatchObject({ status: "published", full: true, added: 0, revised: 3, withdrawn: 0 });
  expect(await w.current()).toEqual(["A_D,2025-12-31,1", "A_D,2026-01-31,2", "B_D,2026-01-31,3"]);
  expect(await w.projected()).toEqual(await w.current());
  const { changelog, data_points_count } = await w.json(`versions/${report.version_id}/manifest.json`);
  expect([changelog.data_points_added, changelog.data_points_revised, data_points_count]).toEqual([0, 3, 3]);
  expect((await w.run({ set: [local, "parse_config.obedient=false"] })).report.status).toBe("unchanged");
});

test("a change of time zone doubles none of a source that gives days, whatever becomes of withdrawals", async () => {
  const [utc, local] = ["normalize.timezone=UTC", "normalize.timezone=America/Argentina/Buenos_Aires"];
  for (const kept of ["keep", "drop"]) {
    const w = world();
    w.serve(before);
    await w.run({ set: [utc, `load.on_withdrawal=${kept}`] });
    const { report } = await w.run({ set: [local, `load.on_withdrawal=${kept}`] });
    expect(report).toMatchObject({ status: "published", full: true, added: 0, revised: 5, withdrawn: 0 });
    expect(await w.current()).toEqual(before.trimEnd().split("\n"));
    expect(await w.projected()).toEqual(await w.current());
    const { changelog } = await w.json(`versions/${report.version_id}/manifest.json`);
    expect([changelog.data_points_added, changelog.data_points_revised]).toEqual([0, 5]);
  }
});

test("with on_revision: keep, nothing is moved to another time", async () => {
  const w = world();
  w.serve(before);
  const set = ["load.on_revision=keep"];
  await w.run({ set: [...set, "normalize.timezone=UTC"] });
  const { report } = await w.run({ set });
  expect(report).toMatchObject({
    status: "failed",
    version_id: null,
    error: {
      code: "STAGE",
      message:
        'Cannot load "rates": A_D at 2026-03-31T00:00:00+00:00 would move to another time, and on_revision is keep',
      hint: "nothing was published; where the time zone has to change, run once with --set load.on_revision=replace",
    },
  });
  expect((await w.run({ set: ["load.on_revision=replace"] })).report).toMatchObject({
    status: "published",
    revised: 5,
  });
});

test("an incremental run that does not know how the last one read compares all there is", async () => {
  const w = world();
  w.serve(before);
  await w.run({ set: [withState, "normalize.timezone=UTC"] });
  await w.store().delete([`${storeRoot}index/last_source.json`]);
  const { report } = await w.run({ set: [withState] });
  expect(report).toMatchObject({ status: "published", full: true, added: 0, revised: 5 });
  expect(await w.current()).toEqual(before.trimEnd().split("\n"));
});

test("what is beyond the columns of some consumers is a warning", async () => {
  const w = world();
  w.serve("A_D,2026-04-01,-1e15\nA_D,2026-04-02,2e14\nA_D,2026-04-03,1e14\nB_D,2026-04-01,4\n");
  const unit = "x".repeat(101);
  const map = `parse_config.series_map=[{internal_series_code: A_D, unit: index}, {internal_series_code: B_D, unit: ${unit}}]`;
  const { report } = await w.run({ set: [map] });
  expect(report).toMatchObject({ status: "published", added: 4 });
  expect(report.warnings).toEqual([
    "A_D: 2 values are beyond 1e14, which is more than some consumers take",
    "B_D: the unit has 101 characters, and some consumers take 100",
  ]);
});
