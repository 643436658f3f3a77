import { describe, expect, test } from "bun:test";
import type { ObjectStore } from "../../src/core/ports.ts";
import { faultyStore } from "../support/faulty_store.ts";
import { keeping } from "../support/keeping.ts";
import { storeRoot, withState, world } from "../support/run.ts";
import { thrownBy } from "../support/thrown.ts";

const one = "A_D,2026-01-01,1\nA_D,2026-02-01,2\nB_D,2026-01-01,10\n";
const two = "A_D,2026-01-01,1\nA_D,2026-02-01,3\nA_D,2026-03-01,4\nB_D,2026-01-01,10\n";
const three =
  "A_D,2026-01-01,1\nA_D,2026-02-01,3\nA_D,2026-03-01,4\nA_D,2026-03-02,5\nB_D,2026-01-01,10\nB_D,2026-02-01,11\n";
const rows = (text: string) => text.trimEnd().split("\n");
const settings = { set: [withState] };

/** Two versions, of which the second revises a partition of the first and adds one. */
async function store() {
  const w = world();
  const keep = keeping(w, settings);
  const first = await keep.publish(one);
  w.at("2026-04-22T12:00:00Z");
  const second = await keep.publish(two);
  w.at("2026-04-23T12:00:00Z");
  return { w, keep, first, second };
}

type Store = Awaited<ReturnType<typeof store>>;

const kinds = ["missing", "empty", "garbage"] as const;
type Kind = (typeof kinds)[number];

interface Failure {
  says: string;
  hint: string;
}

/** What comes of harm to an object of the store; names of versions are FIRST and SECOND. */
interface Expected {
  /** Of the path below the dataset's folder, or of the state. */
  path: RegExp;
  /** What a run says; where not given it goes on as if nothing were. */
  fails?: Partial<Record<Kind, Failure>>;
  /** What verify says of the object; nothing where not given. */
  found?: Partial<Record<Kind, string>>;
  /** Whether that stays after a repair. */
  stays?: true;
  /** Whether runs fail then as before, until somebody restores the object. */
  stops?: true;
}

const all = (text: string): Record<Kind, string> => ({ missing: text, empty: text, garbage: text });
const damagedFile = "is not a data file, or is damaged";
const file = { missing: "is missing", empty: damagedFile, garbage: damagedFile };
const document = { missing: "is missing", empty: "is damaged", garbage: "is damaged" };
const copy = { ...all("is not what the version's file is"), missing: "is missing" };
const archive = { ...all("is not what its name says"), missing: "is missing" };
const putsBack = "ingestor verify rates --repair puts it back";
const anew = { says: "projections/manifest.json", hint: "ingestor verify DATASET --repair writes it anew" };
const restore = { hint: "restore it from a backup" };
const lost = { says: 'the current version "SECOND"', hint: "versions/SECOND/" };

const objects: Expected[] = [
  {
    path: /^index\/current_version\.txt$/,
    fails: {
      missing: { says: "index/current_version.txt", hint: putsBack },
      empty: { says: "index/current_version.txt", hint: "" },
      garbage: { says: "", hint: "index/current_version.txt" },
    },
    found: {
      ...all("names no version, though SECOND was published"),
      missing: "is missing, though SECOND was published",
    },
  },
  { path: /^index\/last_source\.json$/ },
  { path: /^projections\/\w+\/.*\/data\.json$/, found: copy },
  {
    path: /^projections\/manifest\.json$/,
    fails: { empty: anew, garbage: anew },
    found: document,
  },
  { path: /^runs\// },
  { path: /^sources\//, found: archive, stays: true },
  { path: /^the state /, found: document },
  { path: /^versions\/FIRST\/(manifest|snapshot)\.json$/, found: document, stays: true },
  // The projections have what the second version took over, and no more what it revised.
  { path: /^versions\/FIRST\/data\/A_D\/year=2026\/month=02\//, found: file, stays: true },
  { path: /^versions\/(FIRST|SECOND)\/data\//, found: file },
  {
    path: /^versions\/SECOND\/manifest\.json$/,
    fails: {
      missing: lost,
      empty: { says: "SECOND/manifest.json", ...restore },
      garbage: { says: "SECOND/manifest.json", ...restore },
    },
    found: document,
    stays: true,
    stops: true,
  },
  {
    path: /^versions\/SECOND\/snapshot\.json$/,
    fails: {
      missing: lost,
      empty: { says: "SECOND/snapshot.json", ...restore },
      garbage: { says: "SECOND/snapshot.json", ...restore },
    },
    found: document,
    stays: true,
    stops: true,
  },
];

const state = "the state state/rates.json";
const placesIn = async ({ w }: Store) => [...(await w.keys()), state];

function objectAt({ w }: Store, path: string): [ObjectStore, string] {
  return path === state ? [w.store("state"), "rates.json"] : [w.store(), storeRoot + path];
}

async function harm(s: Store, path: string, kind: Kind): Promise<void> {
  const [objectStore, key] = objectAt(s, path);
  if (kind === "missing") await objectStore.delete([key]);
  else await objectStore.put(key, Buffer.from(kind === "empty" ? "" : "{garbage"));
}

const told = ({ first, second }: Store, text: string) => text.replaceAll(first, "FIRST").replaceAll(second, "SECOND");

async function problems(s: Store, repair = false): Promise<string[]> {
  return (await s.keep.problems({ repair })).map((line) => told(s, line));
}

async function runOn(s: Store, source: string, full = false) {
  s.w.serve(source);
  return (await s.w.run({ ...settings, full })).report;
}

/** Anything but an `IngestorError` would have the code BUG. */
function expectFailure(s: Store, { status, error }: Awaited<ReturnType<typeof runOn>>, failure: Failure): void {
  expect({ status, code: error?.code }).toEqual({ status: "failed", code: "STORAGE" });
  expect(told(s, error?.message ?? "")).toContain(failure.says);
  expect(told(s, error?.hint ?? "no hint")).toContain(failure.hint);
}

async function expectHolds({ w }: Store, source: string): Promise<void> {
  expect(await w.current()).toEqual(rows(source));
  expect(await w.projected()).toEqual(rows(source));
}

const places = await placesIn(await store());
const brief = (path: string) => path.replace(/[0-9a-f]{64}/, "…").replace(/v(\d{8})_\d+_\d+/, "v$1");
const cases = places.flatMap((path, index) => kinds.map((kind) => ({ what: brief(path), kind, index })));

describe.each(cases)("$what is $kind", ({ kind, index }) => {
  async function harmed() {
    const s = await store();
    const path = (await placesIn(s))[index] ?? "";
    const name = told(s, path);
    const expected = objects.find((object) => object.path.test(name));
    if (expected === undefined) throw new Error(`Nothing is expected of ${name}`);
    await harm(s, path, kind);
    const finding = expected.found?.[kind];
    const wrong = finding === undefined ? [] : [`${name} ${finding}`];
    return { s, failure: expected.fails?.[kind], wrong, expected };
  }

  test("a run with nothing new says so, or what is wrong", async () => {
    const { s, failure } = await harmed();
    const report = await runOn(s, two);
    if (failure) return expectFailure(s, report, failure);
    expect(report).toMatchObject({ status: "unchanged", version_id: s.second });
  });

  test("verify finds it, and repairs what can be; a run with new data is right then, or says what is wrong", async () => {
    const { s, failure, wrong, expected } = await harmed();
    expect(await problems(s)).toEqual(wrong);
    const left = expected.stays ? wrong : [];
    expect(await problems(s, true)).toEqual(left);
    expect(await problems(s)).toEqual(left);
    const report = await runOn(s, three);
    if (expected.stops && failure) return expectFailure(s, report, failure);
    expect(report).toMatchObject({ status: "published", added: 2, revised: 0 });
    await expectHolds(s, three);
    expect(await problems(s)).toEqual(left);
  });

  test("a run with new data before any repair publishes what is right, or nothing", async () => {
    const { s, failure } = await harmed();
    const report = await runOn(s, three);
    if (failure) return expectFailure(s, report, failure);
    expect(report).toMatchObject({ status: "published", added: 2, revised: 0 });
    await problems(s, true);
    await expectHolds(s, three);
  });
});

describe("a version is lost that added a partition, and the pointer is moved back by hand", () => {
  const stray = "projections/A_D/year=2026/month=03/data.json is in no partition of the current version";

  async function movedBack(kind: Kind) {
    const s = await store();
    await harm(s, `versions/${s.second}/snapshot.json`, kind);
    await s.w.store().put(s.keep.site.keys.pointer, Buffer.from(s.first));
    return s;
  }

  test.each(kinds)(
    "its snapshot is %s: a run without news takes its observations out of the projections",
    async (kind) => {
      const s = await movedBack(kind);
      expect(await runOn(s, one)).toMatchObject({ status: "unchanged", version_id: s.first });
      await expectHolds(s, one);
      expect(await s.w.text(`${storeRoot}projections/A_D/year=2026/month=03/data.json`)).toBe("[]\n");
      expect(await runOn(s, three, true)).toMatchObject({ status: "published", added: 3, revised: 1 });
      await expectHolds(s, three);
    },
  );

  test.each(kinds)("its snapshot is %s: verify says so, and repairs it", async (kind) => {
    const s = await movedBack(kind);
    expect(await problems(s)).toContain(stray);
    expect(await problems(s, true)).toEqual([]);
    await expectHolds(s, one);
  });
});

describe("projections lag behind at a version whose snapshot is lost", () => {
  async function lagging(kind: Kind) {
    const s = await store();
    const description = { version_id: s.first, announced: s.first };
    await s.w.store().put(s.keep.site.keys.projectionsManifest, Buffer.from(JSON.stringify(description)));
    await s.w.store().delete([s.keep.site.keys.projection("A_D/year=2026/month=03")]);
    await harm(s, `versions/${s.first}/snapshot.json`, kind);
    return s;
  }

  test.each(kinds)("%s: a run brings them up to date", async (kind) => {
    const s = await lagging(kind);
    expect(await runOn(s, two)).toMatchObject({ status: "unchanged", version_id: s.second });
    await expectHolds(s, two);
    expect(await s.w.json("projections/manifest.json")).toEqual({ version_id: s.second, announced: s.second });
  });

  test.each(kinds)("%s: and so does a repair", async (kind) => {
    const s = await lagging(kind);
    const gone = `versions/FIRST/snapshot.json ${document[kind]}`;
    expect(await problems(s)).toContain(gone);
    expect(await problems(s, true)).toEqual([gone]);
    await expectHolds(s, two);
  });
});

describe("the description of the projections says nothing that can be relied on", () => {
  const texts = ["", "\n", "{", "\u0000", "null", "5", '"text"', '{"version_id":5}', '{"announced":{}}'];
  const tolerated = [
    "[]",
    "{}",
    '{"version_id":""}',
    '{"version_id":"../.."}',
    '{"version_id":"v20990101_000000_000000"}',
  ];

  /** The first version was announced, and then the topic did not answer. */
  async function untold(text: string) {
    const s = await store();
    await s.w.store().put(s.keep.site.keys.projectionsManifest, Buffer.from(text));
    await s.w.store().put(s.keep.site.keys.projection("A_D/year=2026/month=02"), Buffer.from("[]\n"));
    const heard: string[] = [];
    const ports = { notifier: { announce: async (_: unknown, id: string) => void heard.push(told(s, id)) } };
    return { s, heard, ports };
  }

  test.each([...texts, ...tolerated])("%j: after a repair all is shown, and no version stays untold", async (text) => {
    const { s, heard, ports } = await untold(text);
    expect(await problems(s, true)).toEqual([]);
    await expectHolds(s, two);
    // A repair tells nobody, whoever listens.
    expect(await s.w.json("projections/manifest.json")).toEqual({ version_id: s.second, announced: null });
    s.w.serve(two);
    expect((await s.w.run({ ...settings, ports })).report.status).toBe("unchanged");
    expect(heard).toEqual(["FIRST", "SECOND"]);
  });

  test.each(tolerated)("%j: a run does so too", async (text) => {
    const { s, heard, ports } = await untold(text);
    s.w.serve(two);
    expect((await s.w.run({ ...settings, ports })).report).toMatchObject({ status: "unchanged", warnings: [] });
    await expectHolds(s, two);
    expect(heard).toEqual(["FIRST", "SECOND"]);
  });
});

test("a description that is damaged is written anew also where nothing is projected", async () => {
  const set = [withState, "load.projection={mode: direct}"];
  const w = world();
  const keep = keeping(w, { set });
  const only = await keep.publish(one);
  await w.store().put(keep.site.keys.projectionsManifest, Buffer.from("{"));
  expect((await w.run({ set })).report.error).toMatchObject({ code: "STORAGE", hint: anew.hint });
  expect(await keep.problems()).toEqual(["projections/manifest.json is damaged"]);
  expect(await keep.problems({ repair: true })).toEqual([]);
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", version_id: only });
  expect(await w.json("projections/manifest.json")).toEqual({ version_id: null, announced: only });
});

describe("the store of an older system", () => {
  const theirs = "v20251231_235959_000000";
  const stray = "projections/OLD/year=2020/month=01/data.json";

  async function older() {
    const w = world();
    const keep = keeping(w, settings);
    const put = (path: string, text: string) => w.store().put(storeRoot + path, Buffer.from(text));
    await put("index/current_version.txt", theirs);
    await put(`versions/${theirs}/manifest.json`, JSON.stringify({ version_id: theirs, json_files: [] }));
    await put(stray, '[{"obs_time":"2020-01-01T00:00:00-03:00","internal_series_code":"OLD","value":7}]');
    w.serve(one);
    return { w, keep, put };
  }

  test("what it left is reported by the run that takes it over, found by verify, and emptied only by a repair", async () => {
    const { w, keep } = await older();
    expect(await keep.problems()).toEqual([]);
    const { report } = await w.run(settings);
    expect(report).toMatchObject({ status: "published", warnings: [expect.stringContaining(stray)] });
    expect((await w.run(settings)).report.status).toBe("unchanged");
    expect(await keep.problems()).toEqual([`${stray} is in no partition of the current version`]);
    expect(await keep.problems({ repair: true })).toEqual([]);
    expect(await w.text(storeRoot + stray)).toBe("[]\n");
    expect(await w.projected()).toEqual(rows(one));
  });

  test("a damaged description in it is found, and no longer in the way after a repair", async () => {
    const { w, keep, put } = await older();
    await put("projections/manifest.json", "{");
    expect((await w.run(settings)).report.error).toMatchObject({ code: "STORAGE", hint: anew.hint });
    expect(await keep.problems()).toEqual(["projections/manifest.json is damaged"]);
    expect(await keep.problems({ repair: true })).toEqual([]);
    expect((await w.run(settings)).report.status).toBe("published");
    expect(await w.projected()).toEqual(rows(one));
  });
});

describe("the pointer is lost", () => {
  const pointer = "index/current_version.txt";
  const texts = ["", " \n", "{garbage", "../..", "v2026", "\u0000\u0001"];

  async function without(set: readonly string[], text?: string) {
    const w = world();
    const keep = keeping(w, { set });
    const first = await keep.publish(one);
    w.at("2026-04-22T12:00:00Z");
    const s = { w, keep, first, second: await keep.publish(two) };
    if (text === undefined) await w.store().delete([keep.site.keys.pointer]);
    else await w.store().put(keep.site.keys.pointer, Buffer.from(text));
    return s;
  }

  test.each([undefined, ...texts])("%j: together with all else that is wrong it is repaired", async (text) => {
    const s = await without([withState], text);
    const copied = s.keep.site.keys.projection("A_D/year=2026/month=02");
    await s.w.store().put(copied, Buffer.from("[]\n"));
    await s.w.store("state").delete(["rates.json"]);
    const isLost = text === undefined ? "is missing" : "names no version";
    expect(await problems(s)).toEqual([
      `${pointer} ${isLost}, though SECOND was published`,
      "projections/A_D/year=2026/month=02/data.json is not what the version's file is",
      `${state} is missing`,
    ]);
    expect(await problems(s, true)).toEqual([]);
    expect(await s.w.text(s.keep.site.keys.pointer)).toBe(s.second);
    await expectHolds(s, two);
    expect(await s.keep.chain()).toEqual([s.second, s.first]);
  });

  test("where nothing is projected, what was announced tells which version it named", async () => {
    const s = await without([withState, "load.projection={mode: direct}"]);
    expect((await s.w.run({ set: [withState, "load.projection={mode: direct}"] })).report.error).toMatchObject({
      code: "STORAGE",
      hint: `${putsBack}; to begin anew, delete ${storeRoot}`,
    });
    expect(await problems(s, true)).toEqual([]);
    expect(await s.w.text(s.keep.site.keys.pointer)).toBe(s.second);
  });

  test("a version that is not whole is not put back, and what it lacks is said", async () => {
    const s = await without([withState]);
    await harm(s, `versions/${s.second}/snapshot.json`, "garbage");
    const wrong = [`${pointer} is missing, though SECOND was published`, "versions/SECOND/snapshot.json is damaged"];
    expect(await problems(s)).toEqual(wrong);
    expect(await problems(s, true)).toEqual(wrong);
    expect(await s.w.text(s.keep.site.keys.pointer)).toBeUndefined();
  });

  test.each(["[]", "{}"])("where the description is %s, it is not known what to put back", async (text) => {
    const s = await without([withState]);
    await s.w.store().put(s.keep.site.keys.projectionsManifest, Buffer.from(text));
    expect(await problems(s, true)).toEqual([`${pointer} is missing, though a version was published`]);
    expectFailure(s, await runOn(s, two), { says: "though a version was published", ...restore });
  });

  test("a pointer that somebody else puts meanwhile stays", async () => {
    const s = await without([withState]);
    let other: Promise<unknown> | undefined;
    const { store: objectStore } = faultyStore(s.w.store(), ({ operation, key }) => {
      if (operation !== "put" || key !== s.keep.site.keys.pointer || other) return undefined;
      return (other = s.w.store().put(key, Buffer.from(s.first)));
    });
    const ports = {
      openStore: (location: Parameters<typeof s.w.ports.openStore>[0]) =>
        location.kind === "memory" && location.name === "shelf" ? objectStore : s.w.ports.openStore(location),
    };
    expect(await thrownBy(keeping(s.w, { ...settings, ports }).verify({ repair: true }))).toMatchObject({
      code: "CONFLICT",
      hint: "verify again",
    });
    expect(await s.w.text(s.keep.site.keys.pointer)).toBe(s.first);
  });
});
