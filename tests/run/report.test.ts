import { expect, test } from "bun:test";
import { IngestorError } from "../../src/core/errors.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { storeRoot, withState, world } from "../support/run.ts";

const source = "A_D,2026-04-01,1\nB_D,2026-04-01,40\n";

test("the report of every run is kept beside the versions, whatever came of it", async () => {
  const w = world();
  w.serve(source);
  const reports = [(await w.run()).report, (await w.run()).report];
  w.serve("!moved\n");
  reports.push((await w.run()).report);
  expect(reports.map(({ status }) => status)).toEqual(["published", "unchanged", "failed"]);
  for (const report of reports) expect(await w.json(`runs/${report.run_id}.json`)).toEqual(report);
  expect(await w.keys("runs/")).toHaveLength(3);
});

test("a report that cannot be kept is a warning, and does not hide what it says", async () => {
  const w = world();
  w.serve(source);
  const full: ObjectStore = {
    ...w.store(),
    put: (key, body, expect) =>
      key.includes("/runs/") ? Promise.reject(new Error("the disk is full")) : w.store().put(key, body, expect),
  };
  const { report, error } = await w.run({ ports: { openStore: () => full } });
  expect(error).toBeUndefined();
  expect(report).toMatchObject({ status: "published", added: 2 });
  expect(report.warnings).toEqual([`Cannot write the report of run "${report.run_id}": the disk is full`]);
});

test("a run whose pointer moved but which failed after that says which version it published", async () => {
  const w = world();
  w.serve(source);
  const state: ObjectStore = {
    ...w.store("state"),
    put: () => Promise.reject(new IngestorError("STORAGE", "Cannot write the state: the disk is full")),
  };
  const openStore: (typeof w.ports)["openStore"] = ({ kind }) => (kind === "file" ? state : w.store());
  const { report } = await w.run({ set: [withState], ports: { openStore } });
  const version_id = await w.text(`${storeRoot}index/current_version.txt`);
  expect(version_id).toBeDefined();
  expect(report).toMatchObject({ status: "failed", version_id: version_id ?? "", added: 2, files: 2 });
  expect((await w.run({ set: [withState] })).report).toMatchObject({
    status: "unchanged",
    version_id: version_id ?? "",
  });
  expect(await w.text("rates.json", "state")).toBe(
    '{\n  "A_D": "2026-04-01T00:00:00",\n  "B_D": "2026-04-01T00:00:00"\n}\n',
  );
});

test("a warning of a plugin reaches the display and the report", async () => {
  const w = world();
  w.serve(source);
  const { report } = await w.run({ set: ["source.verify_ssl=false"] });
  const message = "source.verify_ssl is false: anybody on the way can change what is fetched";
  expect(report.warnings).toEqual([message]);
  expect(w.events.filter(({ kind }) => kind === "warning")).toEqual([{ kind: "warning", message }]);
});

test("the display hears of each stage that it begins, and that it is done with what was counted", async () => {
  const w = world();
  w.serve(source);
  const { report } = await w.run();
  const begun = w.events.flatMap((event) => (event.kind === "started" ? [event.stage] : []));
  const done = w.events.flatMap(({ ...event }) => (event.kind === "finished" ? [event] : []));
  expect(begun).toEqual(["extract", "parse", "load", "publish"]);
  expect(done.map(({ stage, seconds, counts }) => ({ stage, seconds, counts }))).toEqual(report.stages);
});

/** A store of which only what was flushed survives. */
function fragileStore(objects: ObjectStore) {
  const kept = new Map<string, Uint8Array | Blob>();
  const fresh = new Map<string, Uint8Array | Blob>();
  const store: ObjectStore = {
    ...objects,
    async put(key, body, expect) {
      const etag = await objects.put(key, body, expect);
      if (etag !== undefined) fresh.set(key, body);
      return etag;
    },
    async flush() {
      for (const [key, body] of fresh) kept.set(key, body);
      fresh.clear();
    },
  };
  return { store, survivors: () => [...kept.keys()].toSorted(), lost: () => [...fresh.keys()] };
}

test("all that a version consists of, and the state, survive a loss of power after the run", async () => {
  const w = world();
  w.serve(source);
  const [shelf, state] = [fragileStore(w.store()), fragileStore(w.store("state"))];
  const openStore: (typeof w.ports)["openStore"] = ({ kind }) => (kind === "file" ? state.store : shelf.store);
  const { report } = await w.run({ set: [withState], ports: { openStore } });
  expect(report.status).toBe("published");
  expect(shelf.lost()).toEqual([`${storeRoot}runs/${report.run_id}.json`]);
  expect(state.survivors()).toEqual(["rates.json"]);
});
