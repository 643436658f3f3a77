import { expect, test } from "bun:test";
import { memoryLock } from "../../src/adapters/memory_lock.ts";
import { IngestorError } from "../../src/core/errors.ts";
import type { ObjectStore, Sleep } from "../../src/core/ports.ts";
import { fakeTime } from "../support/fake_time.ts";
import { faultyStore } from "../support/faulty_store.ts";
import { taken } from "../support/lock_suite.ts";
import { storeRoot, withLock, world, type World } from "../support/run.ts";

const source = "A_D,2026-04-01,1\nB_D,2026-04-01,40\n";
const other = { owner: "fargate-1", run_id: "r20260421_115500_abcdef" };
const pointer = `${storeRoot}index/current_version.txt`;

/** A store whose process is stopped for so many seconds while it puts what has this name. */
function pausedAt(w: World, name: string, pause: () => void): ObjectStore {
  return faultyStore(w.store(), ({ operation, key }) => {
    if (operation === "put" && key.endsWith(name)) pause();
    return undefined;
  }).store;
}

test("a run that was paused past its lease right before the pointer does not publish", async () => {
  const [w, time] = [world(), fakeTime()];
  const lock = memoryLock(time, 30);
  w.serve(source);
  const store = pausedAt(w, "manifest.json", () => time.pause(31));
  const { report } = await w.run({ set: [withLock], ports: { openLock: () => lock, openStore: () => store } });
  expect(report).toMatchObject({ status: "failed", version_id: null });
  expect(report.error).toEqual({
    code: "CONFLICT",
    message: 'Cannot go on with "rates": the lock was lost: the lease ended 1 s ago',
    hint: "no version was published; run again",
  });
  expect(await w.text(pointer)).toBeUndefined();
  expect((await w.run({ set: [withLock], ports: { openLock: () => lock } })).report.status).toBe("published");
});

test("one that another run has overtaken meanwhile leaves that one's version", async () => {
  const [w, time] = [world(), fakeTime()];
  const lock = memoryLock(time, 30);
  w.serve(source);
  let overtaking: ReturnType<World["run"]> | undefined;
  const { store } = faultyStore(w.store(), ({ operation, key }) => {
    if (operation !== "put" || !key.endsWith("snapshot.json") || overtaking) return undefined;
    time.pause(31);
    w.serve("A_D,2026-04-01,2\nB_D,2026-04-01,40\n");
    return (overtaking = w.run({ set: [withLock], ports: { openLock: () => lock } }));
  });
  const late = await w.run({ set: [withLock], ports: { openLock: () => lock, openStore: () => store } });
  const { report } = (await overtaking) ?? late;
  expect([report.status, late.report.status, late.report.error?.code]).toEqual(["published", "failed", "CONFLICT"]);
  expect(await w.text(pointer)).toBe(report.version_id ?? "");
  expect(await w.current()).toEqual(["A_D,2026-04-01,2", "B_D,2026-04-01,40"]);
});

test("a lease that ends once the pointer has moved does not keep what is published from being shown", async () => {
  const [w, time] = [world(), fakeTime()];
  const lock = memoryLock(time, 30);
  w.serve(source);
  const store = pausedAt(w, "current_version.txt", () => {
    time.pause(31);
    void lock.break("etl:rates");
  });
  const { report } = await w.run({ set: [withLock], ports: { openLock: () => lock, openStore: () => store } });
  expect(report).toMatchObject({ status: "published", added: 2 });
  expect(await w.projected()).toEqual(source.trimEnd().split("\n"));
});

test("a busy lock is waited for, which is said once", async () => {
  const w = world();
  w.serve(source);
  const theirs = await taken(w.lock, "etl:rates", other);
  const pauses: number[] = [];
  const sleep: Sleep = async (ms, signal) => {
    pauses.push(ms);
    await w.ports.sleep(ms, signal);
    if (pauses.length === 6) await theirs.release();
  };
  const { report } = await w.run({ set: [withLock], ports: { sleep, waitMs: 600_000 } });
  expect(report).toMatchObject({ status: "published", warnings: [] });
  expect(pauses.every((ms, index) => ms <= 4_000 && ms >= Math.min(4_000, 250 * 2 ** index) / 2)).toBe(true);
  expect(w.events.filter(({ kind }) => kind === "warning")).toEqual([
    {
      kind: "warning",
      message:
        '"rates" waits for its lock: fargate-1 holds the lock ' +
        "(run r20260421_115500_abcdef, since 2026-04-21T12:00:00Z, until its process ends)",
    },
  ]);
});

test("the values of a run that waited are of when it began to work", async () => {
  const w = world();
  w.serve(source);
  const theirs = await taken(w.lock, "etl:rates", other);
  const sleep: Sleep = async () => {
    w.at("2026-04-21T12:09:00Z");
    await theirs.release();
  };
  const { report } = await w.run({ set: [withLock], ports: { sleep, waitMs: 600_000 } });
  const { collection_date } = await w.json(`versions/${report.version_id}/manifest.json`);
  expect([report.started_at, collection_date]).toEqual(["2026-04-21T12:00:00Z", "2026-04-21T12:09:00Z"]);
});

test("a lock that stays busy is given up in the end", async () => {
  const w = world();
  await w.lock.acquire("etl:rates", other);
  const { report } = await w.run({ set: [withLock], ports: { waitMs: 30_000 } });
  expect(report).toMatchObject({ status: "busy", error: { code: "BUSY" } });
  expect(report.finished_at).toBe("2026-04-21T12:00:30Z");
});

test("a signal ends the wait", async () => {
  const controller = new AbortController();
  const stop = new IngestorError("STOPPED", "Cannot go on: stopped by SIGTERM");
  const w = world();
  await w.lock.acquire("etl:rates", other);
  const sleep: Sleep = (ms, signal) => {
    controller.abort(stop);
    return w.ports.sleep(ms, signal);
  };
  const { report, error } = await w.run({
    set: [withLock],
    ports: { sleep, waitMs: 30_000, signal: controller.signal },
  });
  expect(error).toBe(stop);
  expect(report).toMatchObject({ status: "stopped", error: { code: "STOPPED" } });
});
