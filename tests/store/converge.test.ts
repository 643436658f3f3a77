import { describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { fileStore } from "../../src/adapters/file_store.ts";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { readHead, snapshotOf } from "../../src/store/head.ts";
import { leftOver } from "../../src/store/left_over.ts";
import { readPartition } from "../../src/store/observations.ts";
import { readShown } from "../../src/store/projections.ts";
import type { Site } from "../../src/store/site.ts";
import { faultyStore, Outage, type StoreCall } from "../support/faulty_store.ts";
import { tempFolder } from "../support/folder.ts";
import { keysIn, putText, textAt } from "../support/objects.ts";
import { chainOf, currentOf, heal, projectedOf, publish, ratesIn, showDraft } from "../support/publishing.ts";
import { seeded } from "../support/run.ts";
import { thrownBy } from "../support/thrown.ts";

setDefaultTimeout(60_000);

const root = "datasets/rates/";
const shownKey = `${root}projections/manifest.json`;
const projection = (month: string, code = "A") => `${root}projections/${code}/year=2026/month=${month}/data.json`;

/** Four versions, of which each changes other partitions; the projections show none of them yet. */
const versions = [
  ["A 2026-01-01 1", "A 2026-02-01 2", "B 2026-01-01 3"],
  ["A 2026-01-01 1", "A 2026-02-01 2.5", "B 2026-01-01 3"],
  ["A 2026-01-01 1.5", "A 2026-02-01 2.5", "A 2026-03-01 4", "B 2026-01-01 3"],
  ["A 2026-01-01 1.5", "A 2026-02-01 2.75", "A 2026-03-01 4", "B 2026-01-01 3.25", "C 2026-01-01 9"],
];
const latest = versions.at(-1) ?? [];

async function published(objects: ObjectStore, count = versions.length) {
  const site = ratesIn(objects);
  for (const [index, rows] of versions.slice(0, count).entries()) await publish(site, { rows, random: seeded(index) });
  return site;
}

/** Whether every projection is, byte by byte, the file of the version that holds the partition. */
async function expectShown(objects: ObjectStore) {
  const site = ratesIn(objects);
  const head = await readHead(site);
  const expected: Record<string, string> = {};
  for (const [partition, entry] of snapshotOf(head).partitions) {
    expected[site.keys.projection(partition)] = new TextDecoder().decode(await readPartition(site, partition, entry));
  }
  const found: Record<string, string> = {};
  for (const key of await keysIn(objects, site.keys.projectionsDir)) {
    if (key !== shownKey) found[key] = (await textAt(objects, key)) ?? "";
  }
  expect(found).toEqual(expected);
  expect((await readShown(site)).version_id).toBe(head.kind === "empty" ? undefined : head.version_id);
}

describe("heals", () => {
  test("whatever lies there, where nothing says what it is", async () => {
    const states = fc.constantFrom("missing", "empty", "damaged", "first", "latest", "foreign");
    const partitions = ["A/year=2026/month=01", "A/year=2026/month=02", "A/year=2026/month=03", "B/year=2026/month=01"];
    await fc.assert(
      fc.asyncProperty(fc.array(states, { minLength: 4, maxLength: 4 }), async (chosen) => {
        const objects = memoryStore();
        const site = await published(objects);
        const [first = ""] = await chainOf(site);
        const { partitions: entries } = snapshotOf(await readHead(site));
        for (const [index, partition] of partitions.entries()) {
          const entry = entries.get(partition);
          const texts: Record<string, string | undefined> = {
            empty: "",
            damaged: '[{"obs_time":',
            foreign: "[]\n",
            first: await textAt(objects, site.keys.data(first, partition)),
            latest: entry && (await textAt(objects, site.keys.data(entry.version_id, partition))),
          };
          const text = texts[chosen[index] ?? ""];
          if (text !== undefined) await putText(objects, site.keys.projection(partition), text);
        }
        await heal(site);
        await expectShown(objects);
      }),
      { numRuns: 40 },
    );
  });

  test.each([1, 2, 3])("projections that show version %i of four, some of it", async (count) => {
    const objects = memoryStore();
    const site = await published(objects, count);
    await heal(site);
    for (const [index, rows] of versions.entries()) {
      if (index >= count) await publish(site, { rows, random: seeded(index) });
    }
    await putText(objects, projection("02"), "damaged");
    await objects.delete([projection("01", "B")]);
    await heal(site);
    await expectShown(objects);
  });

  describe("where the version that is shown cannot be read", () => {
    const stray = projection("05", "Z");
    const later = "v20270101_000000_000000";
    const descriptions = [
      ["is missing", undefined, later],
      ["is damaged", "{", later],
      ["is of another kind", "[1]", later],
      ["is not named", undefined, null],
      ["cannot be named", undefined, "../.."],
    ] as const;

    /** A current version, and a later one that is lost but for its projections. */
    async function lost(snapshot: string | undefined, version_id: string | null) {
      const objects = memoryStore();
      const site = await published(objects);
      await heal(site);
      const held = (await textAt(objects, projection("01"))) ?? "";
      await putText(objects, stray, held);
      await putText(objects, projection("01"), "[]\n");
      await putText(objects, `${root}projections/notes.txt`, held);
      if (snapshot !== undefined) await putText(objects, site.keys.snapshot(later), snapshot);
      await putText(objects, shownKey, JSON.stringify({ version_id, announced: null }));
      return objects;
    }

    test.each(descriptions)("its snapshot %s: what it alone has is emptied", async (_, snapshot, version_id) => {
      const objects = await lost(snapshot, version_id);
      await heal(ratesIn(objects));
      expect(await textAt(objects, stray)).toBe("[]\n");
      await objects.delete([stray, `${root}projections/notes.txt`]);
      await expectShown(objects);
    });

    test("what a newer version brings meanwhile is not emptied", async () => {
      const objects = await lost(undefined, later);
      const newerRun = async (site: Site) =>
        showDraft(site, await publish(site, { rows: [...latest, "Z 2026-05-01 8"], random: seeded(9) }));
      let newer: Promise<unknown> | undefined;
      const { store } = faultyStore(objects, ({ operation, key }) => {
        if (newer || operation !== "put" || key !== stray) return undefined;
        return (newer = newerRun(ratesIn(objects)));
      });
      await heal(ratesIn(store));
      expect(newer).toBeDefined();
      expect(await projectedOf(ratesIn(objects))).toContain("Z 2026-05-01 8");
      await objects.delete([`${root}projections/notes.txt`]);
      await expectShown(objects);
    });

    test("a storage that does not answer is an error all the same", async () => {
      const objects = await lost("{", later);
      const { snapshot } = ratesIn(objects).keys;
      const { store } = faultyStore(objects, ({ key }) => (key === snapshot(later) ? "fail" : undefined));
      expect(await thrownBy(heal(ratesIn(store)))).toBeInstanceOf(Outage);
      expect(await textAt(objects, stray)).not.toBe("[]\n");
    });
  });

  test("nothing where nothing is to heal, in two requests", async () => {
    const objects = memoryStore();
    await heal(await published(objects));
    const { store, calls } = faultyStore(objects, () => undefined);
    expect(await heal(ratesIn(store))).toEqual(await readShown(ratesIn(objects)));
    expect(calls.map(({ operation }) => operation)).toEqual(["get", "get"]);
  });

  test("what a crash left, wherever it came", async () => {
    const count = await callsOf(async (store) => heal(ratesIn(store)));
    for (let number = 0; number < count; number++) {
      const objects = memoryStore();
      await published(objects);
      const { store } = faultyStore(objects, (call) => (call.number >= number ? "fail" : undefined));
      await heal(ratesIn(store)).catch(() => {});
      await heal(ratesIn(objects));
      await expectShown(objects);
    }
  });

  async function callsOf(work: (store: ObjectStore) => Promise<unknown>): Promise<number> {
    const objects = memoryStore();
    await published(objects);
    const { store, calls } = faultyStore(objects, () => undefined);
    await work(store);
    return calls.length;
  }
});

describe("beside another run", () => {
  /** Publishes the first version and shows it; then the second, whose projections meet `between` on their way. */
  async function interleaved(
    objects: ObjectStore,
    isMoment: (call: StoreCall) => boolean,
    between: () => Promise<unknown>,
  ) {
    const site = await published(objects, 1);
    await heal(site);
    const outcome = await publish(site, { rows: versions[1] ?? [], random: seeded(1) });
    let other: Promise<unknown> | undefined;
    const { store } = faultyStore(objects, (call) => {
      if (other || !isMoment(call)) return undefined;
      return (other = between());
    });
    await showDraft(ratesIn(store), outcome);
    expect(other).toBeDefined();
  }

  const laterRun = (objects: ObjectStore) => async () => {
    const outcome = await publish(ratesIn(objects), { rows: latest, random: seeded(9) });
    await showDraft(ratesIn(objects), outcome);
  };

  const moments: [string, (call: StoreCall) => boolean][] = [
    ["before the first projection", ({ operation, key }) => operation !== "get" && key === projection("02")],
    ["before the description", ({ operation, key }) => operation === "put" && key === shownKey],
    ["before anything", () => true],
  ];
  const stores: [string, () => ObjectStore][] = [
    ["memory", () => memoryStore()],
    ["file", () => fileStore(tempFolder())],
  ];

  test.each(stores.flatMap(([name, open]) => moments.map((moment) => [name, moment[0], open, moment[1]] as const)))(
    "%s: a newer version that comes %s is not overwritten",
    async (_, __, open, isMoment) => {
      const objects = open();
      await interleaved(objects, isMoment, laterRun(objects));
      expect(await projectedOf(ratesIn(objects))).toEqual(latest);
      await expectShown(objects);
    },
  );

  test.each(stores)("%s: nor one that brings back the very bytes that were replaced", async (_, open) => {
    const objects = open();
    const backAgain = async () => {
      // What the second version added is withdrawn, so that the partition is again what it was.
      const rows = versions[0] ?? [];
      const outcome = await publish(ratesIn(objects), { rows, on_withdrawal: "drop", random: seeded(9) });
      await showDraft(ratesIn(objects), outcome);
    };
    const site = await published(objects, 1);
    await heal(site);
    const outcome = await publish(site, { rows: [...(versions[0] ?? []), "A 2026-02-02 7"], random: seeded(1) });
    let other: Promise<unknown> | undefined;
    const { store } = faultyStore(objects, ({ operation, key }) => {
      if (other || operation === "get" || key !== projection("02")) return undefined;
      return (other = backAgain());
    });
    await showDraft(ratesIn(store), outcome);
    expect(await currentOf(site)).toEqual(versions[0] ?? []);
    await expectShown(objects);
  });

  test("two that heal at once both end, and what they show is right", async () => {
    const objects = memoryStore();
    const site = await published(objects);
    const ended = await Promise.all(Array.from({ length: 5 }, () => heal(site)));
    const head = await readHead(site);
    const current = head.kind === "empty" ? "" : head.version_id;
    expect(ended.map((shown) => shown?.version_id)).toEqual(Array(5).fill(current));
    await expectShown(objects);
  });

  test("a pointer that never stays is an error, and the version is published all the same", async () => {
    const objects = memoryStore();
    const site = await published(objects, 1);
    const { store } = faultyStore(objects, ({ operation, key }) =>
      operation === "put" && key === shownKey ? "refuse" : undefined,
    );
    expect(await thrownBy(heal(ratesIn(store)))).toMatchObject({
      code: "STORAGE",
      hint: "the version is published; the next run brings the projections up to date",
    });
    expect(await currentOf(site)).toEqual(versions[0] ?? []);
  });
});

test("a changed partition costs three requests: its projection read, its file and its projection written", async () => {
  const objects = memoryStore();
  const site = await published(objects, 1);
  await heal(site);
  const head = await readHead(site);
  const shown = await readShown(site);
  const { store, calls } = faultyStore(objects, () => undefined);
  const outcome = await publish(ratesIn(store), { rows: versions[1] ?? [], random: seeded(1) });
  const version_id = outcome.draft.version_id;
  await showDraft(ratesIn(store), outcome, { lastSeen: { version_id, shown } });
  const ofPartition = calls.filter(({ key }) => key.includes("/A/"));
  expect(
    ofPartition.map(({ operation, key }) => `${operation} ${key.replace(version_id, "ID").slice(root.length)}`),
  ).toEqual([
    "get projections/A/year=2026/month=02/data.json",
    "put versions/ID/data/A/year=2026/month=02/data.json",
    "put projections/A/year=2026/month=02/data.json",
  ]);
  expect(head.kind).toBe("version");
  await expectShown(objects);
});

describe("a store of the system that came before", () => {
  const theirs = "v20251231_235959_000000";

  /** A pointer, a manifest without `previous_version`, and projections that nothing lists. */
  async function older(objects: ObjectStore) {
    await putText(objects, `${root}index/current_version.txt`, theirs);
    await putText(
      objects,
      `${root}versions/${theirs}/manifest.json`,
      JSON.stringify({ version_id: theirs, json_files: ["A/year=2026/month=01/data.json"] }),
    );
    await putText(objects, projection("01"), '[{"obs_time": "2026-01-01T00:00:00-03:00", "value": 99}]');
    await putText(objects, projection("02"), "[]");
    await putText(objects, projection("01", "OLD"), "[]");
  }

  test("the first run publishes all there is, on top of theirs, and takes their projections over", async () => {
    const objects = memoryStore();
    const site = ratesIn(objects);
    await older(objects);
    expect(await readHead(site)).toMatchObject({ kind: "unlisted", version_id: theirs });
    expect(await heal(site)).toBeUndefined();
    expect(await textAt(objects, projection("02"))).toBe("[]");

    const outcome = await publish(site, { rows: versions[0] ?? [] });
    expect(outcome.status).toBe("published");
    expect(outcome.draft.tally).toMatchObject({ added: 3, revised: 0, withdrawn: 0 });
    await showDraft(site, outcome);
    expect(await chainOf(site)).toEqual([theirs, outcome.draft.version_id]);
    expect(await leftOver(site, outcome.draft.snapshot)).toEqual([projection("01", "OLD")]);
    await objects.delete([projection("01", "OLD")]);
    await expectShown(objects);
  });

  test("a projection that they change meanwhile is not taken over unseen", async () => {
    const objects = memoryStore();
    await older(objects);
    const outcome = await publish(ratesIn(objects), { rows: versions[0] ?? [] });
    const late = '[{"written": "late"}]';
    let changed: Promise<unknown> | undefined;
    const { store, calls } = faultyStore(objects, ({ operation, key, expect: condition }) => {
      const isMoment = operation === "put" && key === projection("02") && condition && "etag" in condition;
      if (!isMoment || changed) return undefined;
      return (changed = putText(objects, projection("02"), late));
    });
    await showDraft(ratesIn(store), outcome);
    expect(calls.filter(({ operation, key }) => operation === "get" && key === projection("02")).length).toBe(2);
    await objects.delete([projection("01", "OLD")]);
    await expectShown(objects);
  });
});

test("a description of the projections that is damaged is an error that names it", async () => {
  const objects = memoryStore();
  const site = await published(objects, 1);
  await putText(objects, shownKey, "{");
  expect(await thrownBy(heal(site))).toMatchObject({
    code: "STORAGE",
    message: `Cannot read "${shownKey}": it is not the description of the projections, or is damaged`,
  });
});
