import { rm } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileStore } from "../../src/adapters/file_store.ts";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { IngestorError } from "../../src/core/errors.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { commit } from "../../src/store/commit.ts";
import { readHead, readManifest } from "../../src/store/head.ts";
import { newVersionId } from "../../src/store/version_id.ts";
import { faultyStore, Outage, type Fault, type StoreCall } from "../support/faulty_store.ts";
import { tempFolder } from "../support/folder.ts";
import { bytes, keysIn, putText, textAt } from "../support/objects.ts";
import {
  chainOf,
  currentOf,
  heal,
  noon,
  projectedOf,
  publicationOf,
  publish,
  ratesIn,
  showDraft,
} from "../support/publishing.ts";
import { seeded } from "../support/run.ts";
import { thrownBy } from "../support/thrown.ts";

setDefaultTimeout(60_000);

const root = "datasets/rates/";
const first = ["A 2026-01-01 1", "A 2026-02-01 2", "B 2026-01-01 3"];
const second = ["A 2026-01-01 1", "A 2026-02-01 2.5", "A 2026-03-01 4", "B 2026-01-01 3"];

/** As a whole run would: what an earlier one left comes first, and what fails is an error of the storage. */
async function runOnce(objects: ObjectStore, rows: readonly string[]) {
  const site = ratesIn(objects);
  await heal(site);
  const outcome = await publish(site, { rows });
  await showDraft(site, outcome);
  return outcome.status;
}

describe("an answer that is lost, whichever it is", () => {
  /** The calls of a run that publishes `second` on top of `first`. */
  async function callsOfRun(): Promise<StoreCall[]> {
    const objects = memoryStore();
    await runOnce(objects, first);
    const { store, calls } = faultyStore(objects, () => undefined);
    await runOnce(store, second);
    return calls;
  }

  async function runWith(fault: Fault, number: number) {
    const objects = memoryStore();
    await runOnce(objects, first);
    const { store } = faultyStore(objects, (call) => (call.number === number ? fault : undefined));
    const ended = await runOnce(store, second).catch((error: unknown) => {
      if (error instanceof Outage) return "failed";
      throw error;
    });
    return { objects, ended };
  }

  async function expectPublishedOnce(objects: ObjectStore) {
    const site = ratesIn(objects);
    expect(await currentOf(site)).toEqual(second);
    expect(await projectedOf(site)).toEqual(second);
    expect(await chainOf(site)).toHaveLength(2);
    const head = await readHead(site);
    expect(head.kind === "version" && head.manifest["changelog"]).toEqual({
      new_series: [],
      updated_series: ["A"],
      data_points_added: 1,
      data_points_revised: 1,
      data_points_withdrawn: 0,
    });
  }

  test.each(["fail", "lose"] as const)("%s: what the run does not finish, the next does, once", async (fault) => {
    for (const { number } of await callsOfRun()) {
      const { objects } = await runWith(fault, number);
      await runOnce(objects, second);
      await expectPublishedOnce(objects);
    }
  });

  test("the pointer's own answer is asked for again, and the run goes on", async () => {
    const calls = await callsOfRun();
    const pointer = calls.filter(({ operation, key }) => operation === "put" && key.endsWith("current_version.txt"));
    expect(pointer).toHaveLength(1);
    for (const fault of ["fail", "lose", "refuse", "deny"] as const) {
      const { objects, ended } = await runWith(fault, pointer[0]?.number ?? -1);
      expect([fault, ended]).toEqual([fault, "published"]);
      await expectPublishedOnce(objects);
    }
  });

  test("a put that was done and is said to be refused, as by a storage that tried twice, is taken for done", async () => {
    const puts = (await callsOfRun()).filter(({ operation }) => operation === "put");
    expect(puts.map(({ key }) => key.replace(/v\d{8}_\d{6}_\d{6}/, "ID").slice(root.length)).toSorted()).toEqual([
      "index/current_version.txt",
      "projections/A/year=2026/month=02/data.json",
      "projections/A/year=2026/month=03/data.json",
      "projections/manifest.json",
      "versions/ID/data/A/year=2026/month=02/data.json",
      "versions/ID/data/A/year=2026/month=03/data.json",
      "versions/ID/manifest.json",
      "versions/ID/snapshot.json",
    ]);
    for (const { number } of puts) {
      const { objects, ended } = await runWith("deny", number);
      expect(ended).toBe("published");
      await expectPublishedOnce(objects);
    }
  });

  test("a pointer whose every put fails is an error, and the version is not current", async () => {
    const objects = memoryStore();
    await runOnce(objects, first);
    const { store, calls } = faultyStore(objects, ({ operation, key }) =>
      operation === "put" && key.endsWith("current_version.txt") ? "fail" : undefined,
    );
    expect(await thrownBy(runOnce(store, second))).toBeInstanceOf(Outage);
    expect(calls.filter(({ operation, key }) => operation === "put" && key.endsWith(".txt"))).toHaveLength(5);
    expect(await currentOf(ratesIn(objects))).toEqual(first);
  });

  test("a put of the pointer that happens late, after it was given up, is seen", async () => {
    const objects = memoryStore();
    await runOnce(objects, first);
    let late: (() => Promise<unknown>) | undefined;
    const { store } = faultyStore(objects, ({ operation, key, expect: condition }) => {
      if (operation === "get" && key.endsWith(".txt") && late) return late();
      if (operation !== "put" || !key.endsWith(".txt") || late) return undefined;
      const version_id = versionIn(calls);
      late = () => objects.put(key, bytes(version_id), condition);
      return "fail";
    });
    const { store: spied, calls } = faultyStore(store, () => undefined);
    expect(await runOnce(spied, second)).toBe("published");
    await expectPublishedOnce(objects);
  });

  function versionIn(calls: readonly StoreCall[]): string {
    const manifest = calls.findLast(({ operation, key }) => operation === "put" && key.endsWith("/manifest.json"));
    return manifest?.key.split("/").at(-2) ?? "";
  }
});

describe("a version id that somebody else has", () => {
  const theirs = newVersionId(noon, seeded(1), undefined);

  test.each([
    ["a data file", `data/A/year=2026/month=01/data.json`],
    ["the snapshot", "snapshot.json"],
    ["the manifest", "manifest.json"],
  ])("%s with other bytes: another id is taken, and theirs is left alone", async (_, path) => {
    const objects = memoryStore();
    const site = ratesIn(objects);
    await putText(objects, `${root}versions/${theirs}/${path}`, "theirs");
    expect((await publish(site, { rows: first })).status).toBe("published");
    expect(await textAt(objects, `${root}versions/${theirs}/${path}`)).toBe("theirs");
    const chain = await chainOf(site);
    expect(chain).toHaveLength(1);
    expect(chain).not.toEqual([theirs]);
    expect(await currentOf(site)).toEqual(first);
  });

  test("the same bytes are our own", async () => {
    const objects = memoryStore();
    await publish(ratesIn(objects), { rows: first });
    await objects.delete([`${root}index/current_version.txt`]);
    expect((await publish(ratesIn(objects), { rows: first })).status).toBe("published");
    expect(await chainOf(ratesIn(objects))).toEqual([theirs]);
  });

  test("always: the run gives up with a conflict, and nothing is current", async () => {
    const { store, calls } = faultyStore(memoryStore(), ({ operation, key }) =>
      operation === "put" && key.endsWith("/snapshot.json") ? "refuse" : undefined,
    );
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    expect(await thrownBy(publish(ratesIn(store), { rows: first, random: () => 0.5, sleep }))).toMatchObject({
      code: "CONFLICT",
    });
    expect(calls.filter(({ operation, key }) => operation === "put" && key.endsWith("/snapshot.json"))).toHaveLength(
      40,
    );
    expect(waits).toEqual([25, 50, 100, 200, 400, 800, ...Array<number>(33).fill(1000)]);
    expect(await readHead(ratesIn(store))).toEqual({ kind: "empty" });
  });
});

describe("two runs at once", () => {
  test("one that is overtaken before the pointer merges again, and both are there", async () => {
    const objects = memoryStore();
    await publish(ratesIn(objects), { rows: first });
    let overtaken: Promise<unknown> | undefined;
    const { store } = faultyStore(objects, ({ operation, key }) => {
      if (operation !== "put" || !key.endsWith(".txt") || overtaken) return undefined;
      return (overtaken = publish(ratesIn(objects), { rows: ["A 2026-01-02 7"], full: false, random: seeded(2) }));
    });
    const outcome = await publish(ratesIn(store), { rows: ["A 2026-01-03 8", "C 2026-01-01 9"], full: false });
    expect(outcome.status).toBe("published");
    const site = ratesIn(objects);
    const all = [...first, "A 2026-01-02 7", "A 2026-01-03 8", "C 2026-01-01 9"].toSorted();
    expect(await currentOf(site)).toEqual(all);
    expect(await chainOf(site)).toHaveLength(3);
    expect(outcome.draft.tally).toMatchObject({ added: 2, revised: 0, withdrawn: 0 });
    await showDraft(site, outcome);
    expect(await projectedOf(site)).toEqual(all);
  });

  test("one whose observations the other has published meanwhile publishes nothing", async () => {
    const objects = memoryStore();
    await publish(ratesIn(objects), { rows: first });
    let overtaken: Promise<unknown> | undefined;
    const { store } = faultyStore(objects, ({ operation, key }) => {
      if (operation !== "put" || !key.endsWith(".txt") || overtaken) return undefined;
      return (overtaken = publish(ratesIn(objects), { rows: second, random: seeded(2) }));
    });
    expect((await publish(ratesIn(store), { rows: second })).status).toBe("unchanged");
    expect(await chainOf(ratesIn(objects))).toHaveLength(2);
  });

  describe.each([["memory"], ["file"]])("twenty without a lock, %s", (kind) => {
    let objects: ObjectStore;
    let folder: string;
    beforeEach(() => {
      folder = tempFolder();
      objects = kind === "memory" ? memoryStore() : fileStore(folder);
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    test("nothing is lost, and the projections show all in the end", async () => {
      await publish(ratesIn(objects), { rows: first });
      const runs = Array.from({ length: 20 }, (_, index) => index);
      const mine = (index: number) => [
        `A 2026-01-${String(index + 2).padStart(2, "0")} ${index}`,
        `S${index} 2026-01-01 ${index}`,
      ];
      const conflicts: unknown[] = [];
      await Promise.all(
        runs.map(async (index) => {
          const site = ratesIn(kind === "memory" ? objects : fileStore(folder));
          for (;;) {
            try {
              const outcome = await publish(site, { rows: mine(index), full: false, random: seeded(index + 5) });
              return await showDraft(site, outcome);
            } catch (error) {
              if (!(error instanceof IngestorError) || error.code !== "CONFLICT") throw error;
              conflicts.push(error);
            }
          }
        }),
      );
      const site = ratesIn(objects);
      const all = [...first, ...runs.flatMap(mine)].toSorted();
      expect(await currentOf(site)).toEqual(all);
      const chain = await chainOf(site);
      expect(chain).toHaveLength(21);
      expect(chain).toEqual(chain.toSorted());
      await heal(site);
      expect(await projectedOf(site)).toEqual(all);
      const head = await readHead(site);
      const extents = head.kind === "version" ? head.snapshot.series.get("A") : undefined;
      expect(extents).toEqual({ first: "2026-01-01T00:00:00-03:00", last: "2026-02-01T00:00:00-03:00", count: 22 });
    });
  });
});

describe("the fence", () => {
  const fenceOf = async (objects: ObjectStore) => {
    const head = await readHead(ratesIn(objects));
    return head.kind === "empty" ? undefined : head.manifest.fence;
  };

  test("a token lower than one that has published never publishes", async () => {
    const objects = memoryStore();
    await publish(ratesIn(objects), { rows: first, token: 7 });
    expect(await thrownBy(publish(ratesIn(objects), { rows: second, token: 6 }))).toMatchObject({ code: "CONFLICT" });
    expect(await currentOf(ratesIn(objects))).toEqual(first);
    expect((await publish(ratesIn(objects), { rows: second, token: 7 })).status).toBe("published");
    expect(await fenceOf(objects)).toBe(7);
  });

  test("not even where the later one publishes while the earlier is on its way to the pointer", async () => {
    const objects = memoryStore();
    await publish(ratesIn(objects), { rows: first, token: 6 });
    let later: Promise<unknown> | undefined;
    const { store } = faultyStore(objects, ({ operation, key }) => {
      if (operation !== "put" || !key.endsWith(".txt") || later) return undefined;
      const rows = [...first, "C 2026-01-01 1"];
      return (later = publish(ratesIn(objects), { rows, token: 7, random: seeded(2) }));
    });
    expect(await thrownBy(publish(ratesIn(store), { rows: second, token: 6 }))).toMatchObject({ code: "CONFLICT" });
    expect(await currentOf(ratesIn(objects))).toEqual([...first, "C 2026-01-01 1"]);
  });

  test("grows, stays where a run has no lock, and begins at 0", async () => {
    const objects = memoryStore();
    const fences: (number | undefined)[] = [];
    for (const [index, token] of [undefined, 3, undefined, 3, 9].entries()) {
      const rows = [...first, `C 2026-01-01 ${index}`];
      await publish(ratesIn(objects), { rows, ...(token !== undefined && { token }) });
      fences.push(await fenceOf(objects));
    }
    expect(fences).toEqual([0, 3, 3, 3, 9]);
  });
});

describe("a version id that has grown old", () => {
  test.each([
    ["12 hours and a second begin again", 12 * 3600 + 1, 2],
    ["12 hours still do", 12 * 3600, 1],
  ])("%s", async (_, jump, drafts) => {
    const objects = memoryStore();
    let now = noon.getTime();
    let begun = 0;
    const site = ratesIn(objects);
    const publication = await publicationOf(site, { rows: first, clock: { now: () => new Date(now) } });
    const outcome = await commit(site, {
      ...publication,
      async draft(head, version_id) {
        const draft = await publication.draft(head, version_id);
        if (begun++ === 0) now += jump * 1000;
        return draft;
      },
    });
    expect(outcome.status).toBe("published");
    expect(begun).toBe(drafts);
    expect(await chainOf(site)).toEqual([outcome.draft.version_id]);
    expect(outcome.draft.version_id.slice(0, 16)).toBe(drafts === 2 ? "v20260422_000001" : "v20260421_120000");
  });
});

describe("the gate", () => {
  test("a version that it stops lies there whole, and is not current", async () => {
    const objects = memoryStore();
    const site = ratesIn(objects);
    await publish(site, { rows: first });
    const checks = [
      { name: "never", reasonToStop: () => "because" },
      { name: "always", reasonToStop: () => undefined },
      { name: "sizes", reasonToStop: () => "and so" },
    ];
    const outcome = await publish(site, { rows: second, checks });
    expect(outcome).toMatchObject({ status: "blocked", reasons: ["because", "and so"] });
    expect(await currentOf(site)).toEqual(first);
    const { version_id } = outcome.draft;
    expect((await readManifest(site, version_id))?.version_id).toBe(version_id);
    expect(await keysIn(objects, `${root}versions/${version_id}/`)).toEqual([
      `${root}versions/${version_id}/data/A/year=2026/month=02/data.json`,
      `${root}versions/${version_id}/data/A/year=2026/month=03/data.json`,
      `${root}versions/${version_id}/manifest.json`,
      `${root}versions/${version_id}/snapshot.json`,
    ]);
  });
});

test("the manifest and snapshot are there before the pointer, the data before both, and all of it durable", async () => {
  const { store, calls } = faultyStore(memoryStore(), () => undefined);
  await publish(ratesIn(store), { rows: ["A 2026-01-01 1"] });
  const written = calls.filter(({ operation }) => operation !== "get");
  expect(written.map(({ operation, key }) => `${operation} ${key.split("/").at(-1)}`)).toEqual([
    "put data.json",
    "put snapshot.json",
    "put manifest.json",
    "flush ",
    "put current_version.txt",
  ]);
  expect(written.map(({ expect: condition }) => condition)).toEqual([
    { absent: true },
    { absent: true },
    { absent: true },
    undefined,
    { absent: true },
  ]);
});

test("nothing to publish writes nothing", async () => {
  const objects = memoryStore();
  await publish(ratesIn(objects), { rows: first });
  const { store, calls } = faultyStore(objects, () => undefined);
  expect((await publish(ratesIn(store), { rows: first.toReversed() })).status).toBe("unchanged");
  expect((await publish(ratesIn(memoryStore()), { rows: [] })).status).toBe("unchanged");
  expect(calls.filter(({ operation }) => operation !== "get")).toEqual([]);
});

test.each([
  ["nothing", "", 'pointer "memory/datasets/rates/index/current_version.txt": it holds no version id'],
  [
    "no name of a version",
    "../../elsewhere",
    'pointer "memory/datasets/rates/index/current_version.txt": it holds no version id',
  ],
  [
    "a version that is not there",
    "v20260101_000000_000000",
    'current version "v20260101_000000_000000": its manifest or snapshot is missing in memory',
  ],
])("a pointer that holds %s is an error that says what to do", async (_, text, what) => {
  const objects = memoryStore();
  await publish(ratesIn(objects), { rows: first });
  await putText(objects, `${root}index/current_version.txt`, text);
  const thrown: unknown = await publish(ratesIn(objects), { rows: second }).catch((error: unknown) => error);
  expect(thrown).toMatchObject({
    code: "STORAGE",
    message: `Cannot read the ${what}`,
    hint: expect.stringContaining("ingestor verify rates"),
  });
  expect(await textAt(objects, `${root}index/current_version.txt`)).toBe(text);
});
