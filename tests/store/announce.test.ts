import { describe, expect, test } from "bun:test";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import type { Notifier, ObjectStore, ProjectionUpdate } from "../../src/core/ports.ts";
import { announce } from "../../src/store/announce.ts";
import { readHead } from "../../src/store/head.ts";
import { putShown, readShown } from "../../src/store/projections.ts";
import { faultyStore, Outage } from "../support/faulty_store.ts";
import { putText } from "../support/objects.ts";
import { chainOf, heal, publish, ratesIn } from "../support/publishing.ts";
import { seeded } from "../support/run.ts";
import { thrownBy } from "../support/thrown.ts";

const root = "datasets/rates/";

/** A notifier that knows what it was told, and fails for the versions at these places of the chain. */
function listener(fails: (told: number) => boolean = () => false) {
  const told: string[] = [];
  const events: ProjectionUpdate[] = [];
  const notifier: Notifier = {
    async announce(event, version_id) {
      if (fails(told.length)) throw new Error("nobody answers");
      told.push(version_id);
      events.push(event);
    },
  };
  return { notifier, told, events };
}

async function publishMore(objects: ObjectStore, values: readonly number[]) {
  const site = ratesIn(objects);
  for (const value of values) {
    await publish(site, { rows: [`A 2026-01-01 ${value}`], full: false, random: seeded(value) });
    await heal(site);
  }
}

/** Announces what the pointer leads to, as a run does in the end. */
async function tell(objects: ObjectStore, notifier: Notifier, warn: (message: string) => void = () => {}) {
  const site = ratesIn(objects);
  const head = await readHead(site);
  return announce(site, await readShown(site), {
    notifier,
    bucket: "shelf",
    prefix: "",
    current: {
      version_id: head.kind === "empty" ? "" : head.version_id,
      previous_version: head.kind === "empty" ? null : head.manifest.previous_version,
    },
    filesOf: () => site.keys.projectionsDir,
    warn,
  });
}

describe("announce", () => {
  test("tells of every version, oldest first, and of each once", async () => {
    const objects = memoryStore();
    await publishMore(objects, [1, 2, 3]);
    const { notifier, told } = listener();
    const after = await tell(objects, notifier);
    const chain = await chainOf(ratesIn(objects));
    expect(told).toEqual(chain);
    expect(after).toEqual(await readShown(ratesIn(objects)));
    expect(after.announced).toBe(chain[2] ?? "");
    await tell(objects, notifier);
    await publishMore(objects, [4, 5]);
    await tell(objects, notifier);
    expect(told).toEqual(await chainOf(ratesIn(objects)));
  });

  test("says where the manifest and the files are", async () => {
    const objects = memoryStore();
    await publishMore(objects, [1]);
    const { notifier, told, events } = listener();
    await tell(objects, notifier);
    expect(events).toEqual([
      {
        event: "projection_update",
        dataset_id: "rates",
        bucket: "shelf",
        version_manifest_path: `${root}versions/${told[0]}/manifest.json`,
        projections_path: `${root}projections/`,
      },
    ]);
  });

  test("stops with a warning where the notifier fails; the next run goes on from there", async () => {
    const objects = memoryStore();
    await publishMore(objects, [1, 2, 3]);
    const chain = await chainOf(ratesIn(objects));
    const warnings: string[] = [];
    const { notifier, told } = listener((count) => count === 1);
    const after = await tell(objects, notifier, (message) => warnings.push(message));
    expect(told).toEqual(chain.slice(0, 1));
    expect(warnings).toEqual([`Cannot announce version "${chain[1]}": nobody answers; the next run tries again`]);
    expect(after).toEqual(await readShown(ratesIn(objects)));
    expect(after.announced).toBe(chain[0] ?? "");
    const later = listener();
    await tell(objects, later.notifier);
    expect(later.told).toEqual(chain.slice(1));
  });

  test("a run that dies after any event is made up for, and at worst one event comes twice", async () => {
    for (const fault of ["fail", "lose"] as const) {
      for (let dies = 0; dies < 3; dies++) {
        const objects = memoryStore();
        await publishMore(objects, [1, 2, 3]);
        const chain = await chainOf(ratesIn(objects));
        const { notifier, told } = listener();
        let puts = 0;
        const { store } = faultyStore(objects, ({ operation }) =>
          operation === "put" && puts++ === dies ? fault : undefined,
        );
        expect(await thrownBy(tell(store, notifier))).toBeInstanceOf(Outage);
        await tell(objects, notifier);
        expect([...new Set(told)]).toEqual(chain);
        expect(told).toHaveLength(fault === "fail" ? 4 : 3);
      }
    }
  });

  test("two runs at once miss nothing", async () => {
    const objects = memoryStore();
    await publishMore(objects, [1, 2, 3]);
    const { notifier, told } = listener();
    await Promise.all([tell(objects, notifier), tell(objects, notifier)]);
    await tell(objects, notifier);
    const chain = await chainOf(ratesIn(objects));
    expect(told.filter((version_id, index) => told.indexOf(version_id) === index)).toEqual(chain);
    expect((await readShown(ratesIn(objects))).announced).toBe(chain[2] ?? "");
  });

  test("what another run announces meanwhile, and no further, is where this one goes on", async () => {
    const objects = memoryStore();
    await publishMore(objects, [1, 2, 3]);
    const site = ratesIn(objects);
    const [first = "", second = "", third = ""] = await chainOf(site);
    const { notifier, told } = listener();
    let other: Promise<unknown> | undefined;
    const { store } = faultyStore(objects, ({ operation }) => {
      if (operation !== "put" || other) return undefined;
      const shown = readShown(site);
      return (other = shown.then((before) => putShown(site, before, { ...before, announced: second })));
    });
    const after = await tell(store, notifier);
    expect(told).toEqual([first, third]);
    expect(after).toEqual(await readShown(site));
    expect(after.announced).toBe(third);
  });

  test("a run whose version a later one has announced already says nothing again", async () => {
    const objects = memoryStore();
    await publishMore(objects, [1, 2, 3]);
    const site = ratesIn(objects);
    const [first = "", second = "", third = ""] = await chainOf(site);
    await tell(objects, listener().notifier);
    const { notifier, told } = listener();
    await announce(site, await readShown(site), {
      notifier,
      bucket: "shelf",
      prefix: "",
      current: { version_id: second, previous_version: first },
      filesOf: () => site.keys.projectionsDir,
      warn: () => {},
    });
    expect(told).toEqual([]);
    expect((await readShown(site)).announced).toBe(third);
  });

  test("what an older system published is not announced", async () => {
    const objects = memoryStore();
    const theirs = "v20251231_235959_000000";
    await putText(objects, `${root}index/current_version.txt`, theirs);
    await putText(objects, `${root}versions/${theirs}/manifest.json`, `{"version_id":"${theirs}","json_files":[]}`);
    await publishMore(objects, [1, 2]);
    const { notifier, told } = listener();
    await tell(objects, notifier);
    expect(told).toEqual((await chainOf(ratesIn(objects))).slice(1));
  });
});
