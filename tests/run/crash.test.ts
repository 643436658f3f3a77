import { expect, setDefaultTimeout, test } from "bun:test";
import type { ObjectStore } from "../../src/core/ports.ts";
import { faultyStore, type Fault } from "../support/faulty_store.ts";
import { currentIn, storeRoot, withState, world, type RunSettings, type World } from "../support/run.ts";

setDefaultTimeout(60_000);

const one = "A_D,2026-03-31,1\nA_D,2026-04-01,2\nB_D,2026-04-01,40\n";
const two = `${one}A_D,2026-04-02,3\nB_D,2026-05-01,41\n`;
/** Beside what is new, one revised and one, a whole partition, withdrawn. */
const revised = "A_D,2026-04-01,2.5\nA_D,2026-04-02,3\nB_D,2026-04-01,40\nB_D,2026-05-01,41\n";
const drop = "load.on_withdrawal=drop";

interface Story {
  what: string;
  /** What the source gives, run after run; the last run is the one that dies. */
  sources: readonly string[];
  settings: RunSettings;
  /** Done before the last run. */
  before?: (w: World) => Promise<unknown>;
}

const stories: Story[] = [
  { what: "a first run", sources: [one], settings: {} },
  { what: "an update", sources: [one, two], settings: {} },
  { what: "a full run with revisions and withdrawals", sources: [one, two, revised], settings: { full: true } },
  { what: "a run that finds nothing new", sources: [one, one], settings: { full: true } },
  { what: "a run that heals projections", sources: [one, two, two], settings: {}, before: forgetProjections },
];

async function forgetProjections(w: World) {
  const keys = await w.keys("projections/A_D");
  await w.store().delete([...keys, "projections/manifest.json"].map((key) => storeRoot + key));
}

/** The world just before the last run of a story. */
async function upTo({ sources, settings, before }: Story): Promise<World> {
  const w = world();
  for (const [index, source] of sources.entries()) {
    w.at(`2026-04-2${index + 1}T12:00:00Z`);
    w.serve(source);
    if (index < sources.length - 1) await w.run({ set: [withState, drop], ...settings });
  }
  await before?.(w);
  return w;
}

const last = (w: World, { settings }: Story, openStore = w.ports.openStore) =>
  w.run({ set: [withState, drop], ...settings, ports: { openStore } });

/** What a consumer can find out: the observations, the copy, where each series ends, and the digests. */
async function facts(w: World) {
  const version_id = await w.text(`${storeRoot}index/current_version.txt`);
  const shown = await w.json("projections/manifest.json");
  const { series, partitions } = await w.json(`versions/${version_id}/snapshot.json`);
  return {
    observations: await w.current(),
    projected: await w.projected(),
    isShown: shown.version_id === version_id && shown.announced === version_id,
    state: await w.text("rates.json", "state"),
    series,
    digests: Object.entries<Record<string, unknown[]>>(partitions).map(([folder, leaves]) => [
      folder,
      Object.entries(leaves).map(([leaf, [, rows, digest]]) => [leaf, rows, digest]),
    ]),
  };
}

/** The stores of a run that dies just before or after its call with this number, from 0: nothing is done after that. */
function dyingWorld(w: World, at: number, when: "before" | "after") {
  let calls = 0;
  const die = (): Fault => {
    const number = calls++;
    if (number === at && when === "after") return "lose";
    return number < at ? undefined : "fail";
  };
  const wrapped = new Map<ObjectStore, ObjectStore>();
  const openStore: World["ports"]["openStore"] = (location) => {
    const objects = w.ports.openStore(location);
    const known = wrapped.get(objects) ?? faultyStore(objects, die).store;
    wrapped.set(objects, known);
    return known;
  };
  return { openStore, died: () => calls > at };
}

test.each(stories)(
  "$what may die anywhere: readers see the old version or the new, whole, and the next run finishes",
  async (story) => {
    const undisturbed = await upTo(story);
    const old = await undisturbed.current();
    await last(undisturbed, story);
    const wanted = await facts(undisturbed);

    let deaths = 0;
    for (const when of ["before", "after"] as const) {
      for (let at = 0; ; at++) {
        const w = await upTo(story);
        const { openStore, died } = dyingWorld(w, at, when);
        await last(w, story, openStore);
        const seen = await currentIn(w.store());
        expect([old, wanted.observations]).toContainEqual(seen);
        if (!died()) break;
        deaths++;
        w.at("2026-04-25T12:00:00Z");
        const { report } = await last(w, story);
        expect({ at, when, status: report.status, error: report.error }).toMatchObject({
          status: Bun.deepEquals(seen, wanted.observations) ? "unchanged" : "published",
        });
        expect({ at, when, ...(await facts(w)) }).toEqual({ at, when, ...wanted });
      }
    }
    expect(deaths).toBeGreaterThan(10);
  },
);
