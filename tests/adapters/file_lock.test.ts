import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { fileLock } from "../../src/adapters/file_lock.ts";
import { tempFolder } from "../support/folder.ts";
import { fakeTime } from "../support/fake_time.ts";
import { taken } from "../support/lock_suite.ts";
import { failureOf } from "../support/s3_store.ts";

const key = "etl:rates";
const who = { owner: "host:1", run_id: "r1" };
const noon = Date.parse("2026-04-21T12:00:00Z");

function opened() {
  const [folder, time] = [tempFolder(), fakeTime()];
  return { folder, time, lock: fileLock(folder, time), note: join(folder, "etl%3Arates.lock") };
}

test("each key has a file, which says who holds it and keeps the token", async () => {
  const { folder, lock, note } = opened();
  const held = await taken(lock, key, who);
  const other = await taken(lock, "etl:other", who);
  expect(readdirSync(folder).toSorted()).toEqual(["etl%3Aother.lock", "etl%3Arates.lock"]);
  const holder = { ...who, host: hostname(), acquired_at: "2026-04-21T12:00:00.000Z" };
  expect(JSON.parse(readFileSync(note, "utf8"))).toEqual({ token: noon, holder });
  await held.release();
  await other.release();
  expect(JSON.parse(readFileSync(note, "utf8"))).toEqual({ token: noon, holder: null });
});

test("a note of a run that died says nothing about who holds it now", async () => {
  const { lock, note } = opened();
  writeFileSync(
    note,
    JSON.stringify({ token: noon + 5, holder: { ...who, host: "h", acquired_at: "2026-04-21T11:00:00.000Z" } }),
  );
  expect(await lock.holder(key)).toBeUndefined();
  expect(await lock.break(key)).toBeUndefined();
  expect((await taken(lock, key, who)).token).toBe(noon + 6);
});

test.each(["", "{", "[]", '{"token":"x"}', "\0\0\0"])("a note that is cut or damaged (%j) is as none", async (text) => {
  const { lock, note } = opened();
  writeFileSync(note, text);
  const held = await taken(lock, key, who);
  expect(held.token).toBe(noon);
  writeFileSync(note, text);
  expect(await fileLock(join(note, ".."), fakeTime()).acquire(key, who)).toEqual({
    busy: { owner: "", host: "", run_id: "", acquired_at: undefined, expires_at: undefined },
  });
  await held.release();
});

test("a holder whose file is removed has lost the lock, and notices", async () => {
  const { lock, note, time } = opened();
  const held = await taken(lock, key, who);
  rmSync(note);
  await time.pass(6);
  expect(held.lost.aborted).toBe(true);
  const next = await taken(lock, key, who);
  rmSync(note);
  expect(() => next.check()).toThrow("somebody broke it, or removed its file");
  await held.release();
  await next.release();
});

test("a folder that cannot be made is an error that names the file", async () => {
  const { folder, time } = opened();
  writeFileSync(join(folder, "file"), "");
  const lock = fileLock(join(folder, "file/locks"), time);
  expect(await failureOf(lock.acquire(key, who))).toMatchObject({
    code: "STORAGE",
    message: expect.stringContaining(`Cannot take the lock "${folder}/file/locks/etl%3Arates.lock": `),
  });
  expect(await lock.holder(key)).toBeUndefined();
});
