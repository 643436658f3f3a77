import { expect, test } from "bun:test";
import type { RunReport } from "../../src/run/report.ts";
import { storeRoot, withState, world, type RunSettings, type World } from "../support/run.ts";

const source = "A_D,2026-04-01,1\nB_D,2026-04-01,40\n";
const more = "A_D,2026-04-01,1\nA_D,2026-04-02,2\nB_D,2026-04-01,40\n";
const set = [withState];
const parsed = ({ stages }: RunReport) => stages.some(({ stage }) => stage === "parse");

/** After a first run, which compared everything. */
async function ran() {
  const w = world();
  w.serve(source);
  const { report } = await w.run({ set });
  return { w, version_id: report.version_id };
}

/** After a first run and one that read only what was new. */
async function ranTwice() {
  const { w } = await ran();
  w.serve(more);
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "published", full: false, added: 1, withdrawn: null });
  return { w, version_id: report.version_id };
}

test("the same bytes and the same recipe are not parsed, and the run says so", async () => {
  const { w, version_id } = await ran();
  const keys = await w.keys();
  const { report } = await w.run({ set });
  expect(report).toEqual({
    dataset_id: "rates",
    run_id: report.run_id,
    status: "unchanged",
    started_at: "2026-04-21T12:00:00Z",
    finished_at: "2026-04-21T12:00:00Z",
    version_id,
    full: false,
    added: 0,
    revised: 0,
    withdrawn: null,
    rejected: 0,
    rejections: {},
    duplicates: 0,
    source: {
      url: "https://example.org/rates.csv",
      sha256: new Bun.CryptoHasher("sha256").update(source).digest("hex"),
      bytes: source.length,
    },
    store: "shelf",
    files: 0,
    series: {},
    stages: [{ stage: "extract", seconds: 0, counts: { bytes: source.length } }],
    warnings: [],
  });
  expect(await w.keys()).toEqual([...keys, `runs/${report.run_id}.json`].toSorted());
});

test("nor are they after an incremental run, and with --full after a full one", async () => {
  const { w: twice } = await ranTwice();
  expect(parsed((await twice.run({ set })).report)).toBe(false);
  const { w: once } = await ran();
  expect(parsed((await once.run({ set, full: true })).report)).toBe(false);
});

test.each<[string, RunSettings]>([
  ["another dataset file", { set: [...set, "windowInDays=100"] }],
  ["another version of the program", { set, ports: { toolVersion: "1.2.4" } }],
  ["other bytes of a plugin", { set, ports: { pluginDigest: async (name) => (name === "lines" ? "ab" : undefined) } }],
])("the same bytes are parsed with %s", async (_, settings) => {
  const { w, version_id } = await ran();
  const { report } = await w.run(settings);
  expect(report).toMatchObject({ status: "unchanged", version_id, files: 0 });
  expect(parsed(report)).toBe(true);
  expect(parsed((await w.run(settings)).report)).toBe(false);
});

test.each<[string, RunSettings, (w: World) => Promise<unknown>]>([
  ["--full", { set, full: true }, async () => {}],
  ["a state that was deleted", { set }, (w) => w.store("state").delete(["rates.json"])],
])("after an incremental run the same bytes are parsed with %s, once", async (_, settings, change) => {
  const { w, version_id } = await ranTwice();
  await change(w);
  const { report } = await w.run(settings);
  expect(report).toMatchObject({ status: "unchanged", version_id, full: true, withdrawn: 0, files: 0 });
  expect(parsed(report)).toBe(true);
  expect(parsed((await w.run(settings)).report)).toBe(false);
});

test.each([
  ["for one series", '{"A_D":"2026-04-01T00:00:00","B_D":"2020-01-01T00:00:00"}'],
  ["by leaving out a series", '{"A_D":"2026-04-01T00:00:00"}'],
])("after an incremental run the same bytes are parsed with a state that was set back %s, once", async (_, state) => {
  const { w, version_id } = await ranTwice();
  await w.store("state").put("rates.json", Buffer.from(state));
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "unchanged", version_id, full: false, files: 0 });
  expect(parsed(report)).toBe(true);
  expect(parsed((await w.run({ set })).report)).toBe(false);
});

test("the same bytes are parsed when the pointer names another version", async () => {
  const { w, version_id } = await ran();
  w.serve(more);
  await w.run({ set });
  await w.store().put(`${storeRoot}index/current_version.txt`, Buffer.from(version_id ?? ""));
  const { report } = await w.run({ set });
  expect(report).toMatchObject({ status: "published", added: 1 });
  expect(await w.current()).toEqual(more.trimEnd().split("\n"));
  expect(await w.projected()).toEqual(more.trimEnd().split("\n"));
});

test("the same bytes are parsed where the record of the last comparison is gone or damaged", async () => {
  const { w } = await ran();
  await w.store().delete([`${storeRoot}index/last_source.json`]);
  expect(parsed((await w.run({ set })).report)).toBe(true);
  await w.store().put(`${storeRoot}index/last_source.json`, Buffer.from("{"));
  expect(parsed((await w.run({ set })).report)).toBe(true);
  expect(parsed((await w.run({ set })).report)).toBe(false);
});

test("a run that failed after extract did not compare, and the next one does", async () => {
  const { w } = await ran();
  w.serve(`${more}!the column moved\n`);
  expect((await w.run({ set })).report.status).toBe("failed");
  expect((await w.run({ set })).report.status).toBe("failed");
});

test("a lost state is made again without a parse where everything was compared", async () => {
  const { w } = await ran();
  await w.store("state").delete(["rates.json"]);
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", full: true });
  expect(await w.text("rates.json", "state")).toBe(
    '{\n  "A_D": "2026-04-01T00:00:00",\n  "B_D": "2026-04-01T00:00:00"\n}\n',
  );
});

const headers = { etag: '"one"', "last-modified": "Tue, 21 Apr 2026 09:00:00 GMT" };
const conditions = { "if-none-match": headers.etag, "if-modified-since": headers["last-modified"] };

async function ranWithValidators() {
  const w = world();
  w.serve(source, headers);
  await w.run({ set });
  w.serve(more, { etag: '"two"' });
  const { report } = await w.run({ set });
  expect(report.status).toBe("published");
  return { w, version_id: report.version_id };
}

test("the server is asked whether the source changed, and its no is taken", async () => {
  const { w, version_id } = await ranWithValidators();
  const { report } = await w.run({ set });
  expect(w.asked.map((request) => request.headers)).toEqual([{}, conditions, { "if-none-match": '"two"' }]);
  expect(report).toMatchObject({ status: "unchanged", version_id, source: null, files: 0 });
  expect(report.stages).toEqual([{ stage: "extract", seconds: 0, counts: {} }]);
});

test.each<[string, RunSettings, (w: World) => Promise<unknown>]>([
  ["--full after an incremental run", { set, full: true }, async () => {}],
  ["another recipe", { set: [...set, "windowInDays=100"] }, async () => {}],
  [
    "a store that was emptied",
    { set },
    async (w) => w.store().delete([`${storeRoot}index/current_version.txt`, `${storeRoot}projections/manifest.json`]),
  ],
])("the server is not asked whether the source changed with %s", async (_, settings, change) => {
  const { w } = await ranWithValidators();
  await change(w);
  const { report } = await w.run(settings);
  expect(w.asked.at(-1)?.headers).toEqual({});
  expect(parsed(report)).toBe(true);
});

test("a server that says of the same bytes something new is asked with that the next time", async () => {
  const { w } = await ran();
  w.serve(source, { etag: '"two"' });
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged" });
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", source: null });
  expect(w.asked.at(-1)?.headers).toEqual({ "if-none-match": '"two"' });
});

test("an extractor that says unchanged without being asked is not believed", async () => {
  const { defineExtractor } = await import("../../src/core/define.ts");
  const v = await import("valibot");
  const lazy = defineExtractor({
    name: "lazy",
    summary: "Never has anything",
    options: v.strictObject({}),
    extract: async () => "unchanged",
  });
  const w = world();
  const { report } = await w.run({ set: ["source={kind: lazy}"], plugins: [lazy] });
  expect(report).toMatchObject({ status: "failed", version_id: null });
  expect(report.error).toEqual({
    code: "STAGE",
    message: 'Cannot extract with "lazy": it says that the source is unchanged, which nobody asked',
  });
});
