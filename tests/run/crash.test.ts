import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { fileStore } from "../../src/adapters/file_store.ts";
import { memoryNotifier } from "../../src/adapters/memory_notifier.ts";
import type { Notifier, ObjectStore, ProjectionUpdate } from "../../src/core/ports.ts";
import { formatOf } from "../../src/store/format.ts";
import { readHead, snapshotOf } from "../../src/store/head.ts";
import { readVersion } from "../support/read_version.ts";
import { siteOf } from "../../src/store/site.ts";
import { loadState } from "../../src/store/state.ts";
import { faultyStore, Outage, type Fault } from "../support/faulty_store.ts";
import { keysIn, textAt } from "../support/objects.ts";
import { chainOf, told as brief } from "../support/publishing.ts";
import { storeRoot, withState, world, type RunSettings } from "../support/run.ts";

setDefaultTimeout(60_000);

const one = "A_D,2026-03-31,1\nA_D,2026-04-01,2\nB_D,2026-04-01,40\n";
const two = `${one}A_D,2026-04-02,3\nB_D,2026-05-01,41\n`;
/** Beside what is new, one revised and one, a whole partition, withdrawn. */
const revised = "A_D,2026-04-01,2.5\nA_D,2026-04-02,3\nB_D,2026-04-01,40\nB_D,2026-05-01,41\n";

interface Story {
  what: string;
  /** What the source gives, run after run; the last run is the one that dies. */
  sources: readonly string[];
  settings: RunSettings;
  /** How often a version may be announced. */
  most: number;
  /** Done before the last run. */
  before?: (w: Setting) => Promise<unknown>;
}

const first: Story = { what: "a first run", sources: [one], settings: {}, most: 2 };
const update: Story = { what: "an update", sources: [one, two], settings: {}, most: 2 };
const revision: Story = {
  what: "a full run with revisions and withdrawals",
  sources: [one, two, revised],
  settings: { full: true },
  most: 2,
};
const unchanged: Story = {
  what: "a run that finds nothing new",
  sources: [one, one],
  settings: { full: true },
  most: 2,
};
const healing: Story = {
  what: "a run that heals projections",
  sources: [one, two, two],
  settings: {},
  most: 3,
  before: forgetProjections,
};
const stories = [first, update, revision, unchanged, healing];

/** How the dataset is kept. */
const keepings = {
  JSON: { set: [], stories },
  Parquet: { set: ["load.format=parquet"], stories },
  "the versions' own files": { set: ["load.projection.mode=direct"], stories },
  "JSON on a directory": { set: [], stories: [update] },
} as const;
type Keeping = keyof typeof keepings;

async function forgetProjections({ objects }: Setting) {
  const keys = await keysIn(objects("shelf"), `${storeRoot}projections/A_D`);
  await objects("shelf").delete([...keys, `${storeRoot}projections/manifest.json`]);
}

/** A world of its own, with stores of one kind and somebody who listens. */
function setting(keeping: Keeping) {
  const w = world();
  const listener = memoryNotifier();
  const missing: string[] = [];
  const notifier: Notifier = {
    async announce(event, version_id) {
      missing.push(...(await missingOf(objects("shelf"), event)));
      await listener.announce(event, version_id);
    },
  };
  const folder = keeping === "JSON on a directory" ? mkdtempSync(join(tmpdir(), "ingestor-test-")) : undefined;
  const stores = new Map<string, ObjectStore>();
  function objects(name: string): ObjectStore {
    const known = stores.get(name) ?? (folder === undefined ? w.store(name) : fileStore(join(folder, name)));
    stores.set(name, known);
    return known;
  }
  const openStore: typeof w.ports.openStore = (location) =>
    objects(location.kind === "memory" ? location.name : "state");
  const set = [withState, "load.on_withdrawal=drop", ...keepings[keeping].set];
  return {
    ...w,
    objects,
    told: listener.told,
    /** What was not in its place when an event led to it. */
    missing,
    ports: { openStore, notifier },
    last: ({ settings }: Story, ports: Partial<typeof w.ports> = {}) =>
      w.run({ set, ...settings, ports: { openStore, notifier, ...ports } }),
    end: () => void (folder && rmSync(folder, { recursive: true })),
    site: async () =>
      siteOf(
        "rates",
        objects("shelf"),
        await formatOf({ format: keeping === "Parquet" ? "parquet" : "json", compression: "snappy" }),
      ),
  };
}

type Setting = ReturnType<typeof setting>;

/** The files that an event leads to and that are not there. */
async function missingOf(objects: ObjectStore, event: ProjectionUpdate): Promise<string[]> {
  const manifest = JSON.parse((await textAt(objects, event.version_manifest_path)) ?? "");
  const files: string[] = manifest.parquet_files ?? manifest.json_files;
  const found = await Promise.all(files.map((file) => objects.get(event.projections_path + file)));
  return files.filter((_, index) => found[index] === undefined);
}

/** The world just before the last run of a story. */
async function upTo(story: Story, keeping: Keeping): Promise<Setting> {
  const w = setting(keeping);
  for (const [index, source] of story.sources.entries()) {
    w.at(`2026-04-2${index + 1}T12:00:00Z`);
    w.serve(source);
    if (index < story.sources.length - 1) await w.last(story);
  }
  await story.before?.(w);
  return w;
}

/** What a reader sees who follows the pointer, each file against its digest. */
async function seenIn(w: Setting): Promise<string[]> {
  const site = await w.site();
  return (await readVersion(site, snapshotOf(await readHead(site)))).map(brief);
}

/** All that is to be found out but for the names of versions: the same clock gives the same bytes. */
async function facts(w: Setting, { most }: Story) {
  const site = await w.site();
  const { objects, keys } = site;
  const bytesAt = async (key: string) => Buffer.from((await objects.get(key))?.body ?? "").toString("latin1");
  const head = await readHead(site);
  if (head.kind !== "version") throw new Error(head.kind);
  const { version_id, snapshot, manifest } = head;
  const chain = await chainOf(site);
  const { data_points_count, series_codes, date_range, changelog, json_files, parquet_files } = manifest;
  const partitions = [...snapshot.partitions].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const projected = (await keysIn(objects, keys.projectionsDir)).filter((key) => key !== keys.projectionsManifest);
  const shown: unknown = JSON.parse(await bytesAt(keys.projectionsManifest));
  const times = Map.groupBy(w.told, (event) => event.version_id);
  return {
    observations: await seenIn(w),
    versions: chain.length,
    manifest: { data_points_count, series_codes, date_range, changelog, json_files, parquet_files },
    series: Object.fromEntries(snapshot.series),
    files: await Promise.all(
      partitions.map(async ([partition, { version_id: holder, rows, digest }]) => {
        return { partition, rows, digest, bytes: await bytesAt(keys.data(holder, partition)) };
      }),
    ),
    projected: await Promise.all(projected.map(async (key) => ({ key, bytes: await bytesAt(key) }))),
    isShown: Bun.deepEquals(shown, {
      version_id: projected.length === 0 ? null : version_id,
      announced: version_id,
    }),
    state: await loadState({ objects: w.objects("state"), key: "rates.json" }),
    toldInOrder: Bun.deepEquals([...times.keys()], chain),
    missing: w.missing,
    toldTooOften: [...times.values()].filter((events) => events.length > most),
  };
}

/** The ports of a run that dies just before or after its call with this number, from 0: nothing is done after that. */
function dying({ ports }: Setting, at: number, when: "before" | "after") {
  let calls = 0;
  const die = (): Fault => {
    const number = calls++;
    if (number === at && when === "after") return "lose";
    return number < at ? undefined : "fail";
  };
  const wrapped = new Map<ObjectStore, ObjectStore>();
  const openStore: typeof ports.openStore = (location) => {
    const objects = ports.openStore(location);
    const known = wrapped.get(objects) ?? faultyStore(objects, die).store;
    wrapped.set(objects, known);
    return known;
  };
  const notifier: Notifier = {
    async announce(event, version_id) {
      const fault = die();
      if (fault !== "fail") await ports.notifier.announce(event, version_id);
      if (fault !== undefined) throw new Outage("announce");
    },
  };
  return { ports: { openStore, notifier }, died: () => calls > at };
}

const cases = Object.entries(keepings).flatMap(([keeping, { stories: told }]) =>
  told.map((story) => [story.what, keeping as Keeping, story] as const),
);

test.each(cases)(
  "%s, kept as %s, may die anywhere: readers see the old version or the new, whole, and the next run finishes",
  async (_, keeping, story) => {
    const undisturbed = await upTo(story, keeping);
    const old = await seenIn(undisturbed);
    await undisturbed.last(story);
    const wanted = await facts(undisturbed, story);
    undisturbed.end();
    expect(wanted).toMatchObject({ isShown: true, toldInOrder: true, missing: [], toldTooOften: [] });

    let deaths = 0;
    for (const when of ["before", "after"] as const) {
      for (let at = 0; ; at++) {
        const w = await upTo(story, keeping);
        const { ports, died } = dying(w, at, when);
        await w.last(story, ports);
        const seen = await seenIn(w);
        expect([old, wanted.observations]).toContainEqual(seen);
        if (died()) {
          const { report } = await w.last(story);
          expect({ at, when, status: report.status, error: report.error }).toMatchObject({
            status: Bun.deepEquals(seen, wanted.observations) ? "unchanged" : "published",
          });
        }
        expect({ at, when, ...(await facts(w, story)) }).toEqual({ at, when, ...wanted });
        w.end();
        if (!died()) break;
        deaths++;
      }
    }
    expect(deaths).toBeGreaterThan(10);
  },
);
