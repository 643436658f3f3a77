import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { HeldLock, Lock, LockHolder } from "../../src/core/ports.ts";
import { fakeTime, type FakeTime } from "./fake_time.ts";

export interface LockGround {
  /** A lock of another process on the same ground. */
  open(): Lock;
  /** Takes away all that is remembered of a key, as an older system or a person might. */
  forget?(key: string): Promise<void>;
}

export interface LockTraits {
  /** How long a lease lasts; undefined: as long as its process. */
  leaseSeconds?: number;
}

const key = "etl:rates";
let asked = 0;

/** Somebody else each time. */
const wanted = () => ({ owner: `host:${++asked}`, run_id: `r20260421_120000_${String(asked).padStart(6, "0")}` });

/** Takes what must be free. */
export async function taken(lock: Lock, name = key, who = wanted()): Promise<HeldLock> {
  const answer = await lock.acquire(name, who);
  if ("busy" in answer) throw new Error(`${name} is held by ${answer.busy.owner}`);
  return answer.held;
}

/** Fails where the lock is free. */
async function refused(lock: Lock, name = key): Promise<LockHolder> {
  const answer = await lock.acquire(name, wanted());
  if ("held" in answer) throw new Error(`${name} is free`);
  return answer.busy;
}

/** What holds of every lock. A lock of a new technology is one call of this. */
export function testLock(
  name: string,
  { leaseSeconds }: LockTraits,
  prepare: (time: FakeTime) => Promise<LockGround>,
): void {
  describe(name, () => {
    let time: FakeTime;
    let ground: LockGround;
    let lock: Lock;
    let held: HeldLock[];

    const take = async (from = lock, name = key) => {
      const one = await taken(from, name);
      held.push(one);
      return one;
    };

    beforeEach(async () => {
      time = fakeTime();
      held = [];
      ground = await prepare(time);
      lock = ground.open();
    });

    afterEach(async () => {
      await Promise.all(held.map((one) => one.release()));
    });

    test("a lock that nobody has is taken, and then busy for everybody", async () => {
      const one = await take();
      expect(one.lost.aborted).toBe(false);
      expect(() => one.check()).not.toThrow();
      await refused(lock);
      await refused(ground.open());
    });

    test("a busy lock says who has it, since when, and until when", async () => {
      const who = wanted();
      held.push(await taken(lock, key, who));
      const expires_at = leaseSeconds === undefined ? undefined : new Date(time.now().getTime() + leaseSeconds * 1000);
      const holder = { ...who, host: hostname(), acquired_at: time.now(), expires_at };
      const other = ground.open();
      expect(await refused(other)).toEqual(holder);
      expect(await other.holder(key)).toEqual(holder);
      expect(await lock.holder(key)).toEqual(holder);
    });

    test("nobody holds what was never taken, or was released", async () => {
      expect(await lock.holder(key)).toBeUndefined();
      await (await take()).release();
      expect(await lock.holder(key)).toBeUndefined();
      expect(await ground.open().holder(key)).toBeUndefined();
    });

    test("whoever asks, and whoever is refused, takes nothing away", async () => {
      const one = await take();
      const other = ground.open();
      for (let round = 0; round < 3; round++) {
        await other.holder(key);
        await refused(other);
      }
      one.check();
      expect(one.lost.aborted).toBe(false);
    });

    test("each key is a lock of its own", async () => {
      const keys = ["etl:a", "etl:a/b", "../etl", "etl:é ü%", "E".repeat(1000), `${"E".repeat(999)}F`];
      for (const one of keys) await take(lock, one);
      for (const one of keys) await refused(ground.open(), one);
    });

    test("a released lock is free, and to release it twice is to release it once", async () => {
      const one = await take();
      await one.release();
      const two = await take(ground.open());
      await one.release();
      await refused(lock);
      two.check();
    });

    test("of 20 that race, one wins, and the others know it", async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ground.open().acquire(key, wanted())));
      const winners = answers.flatMap((answer) => ("held" in answer ? [answer.held] : []));
      held.push(...winners);
      expect(winners).toHaveLength(1);
      const holder = await lock.holder(key);
      const told = new Set(answers.flatMap((answer) => ("busy" in answer ? [answer.busy.owner] : [])));
      expect([...told]).toEqual([holder?.owner ?? "nobody"]);
    });

    test("the token grows from one to the next", async () => {
      const tokens: number[] = [];
      for (let round = 0; round < 5; round++) {
        const one = await take(ground.open());
        tokens.push(one.token);
        await one.release();
      }
      expect(tokens.every((token, index) => index === 0 || token > (tokens[index - 1] ?? 0))).toBe(true);
      expect(tokens.every(Number.isSafeInteger)).toBe(true);
    });

    test("what is broken is free, with a higher token, and whoever had it finds it lost and frees no other's", async () => {
      const who = wanted();
      const one = await taken(lock, key, who);
      const other = ground.open();
      expect(await other.break(key)).toMatchObject(who);
      expect(await other.holder(key)).toBeUndefined();
      const two = await take(other);
      expect(two.token).toBeGreaterThan(one.token);
      await time.pass((leaseSeconds ?? 30) / 2);
      expect(() => one.check()).toThrow(/broke it|has it/);
      expect(one.lost.aborted).toBe(true);
      expect(one.lost.reason).toBeInstanceOf(Error);
      await one.release();
      await refused(lock);
      two.check();
    });

    test("to break what nobody has changes nothing", async () => {
      expect(await lock.break(key)).toBeUndefined();
      const one = await take();
      await one.release();
      expect(await lock.break(key)).toBeUndefined();
      expect((await take()).token).toBeGreaterThan(one.token);
    });

    test("the token grows even where all that was remembered is gone", async () => {
      const one = await take();
      time.pause(1);
      await ground.forget?.(key);
      if (ground.forget === undefined) await lock.break(key);
      const two = await take(ground.open());
      expect(two.token).toBeGreaterThan(one.token);
      await one.release();
      await refused(lock);
    });

    test("a lease is renewed for as long as its holder lives", async () => {
      const one = await take();
      await time.pass((leaseSeconds ?? 60) * 3);
      one.check();
      const { expires_at } = await refused(ground.open());
      if (expires_at !== undefined) expect(expires_at.getTime()).toBeGreaterThan(time.now().getTime());
    });

    if (leaseSeconds === undefined) return;
    describe("a holder that was paused past its lease", () => {
      const past = (seconds: number) => time.pause(leaseSeconds + seconds);

      test("knows at once that it lost the lock", async () => {
        const one = await take();
        past(7);
        expect(() => one.check()).toThrow("the lease ended 7 s ago");
        expect(one.lost.aborted).toBe(true);
      });

      test("leaves it to the next, whose token is higher, and does not free it", async () => {
        const one = await take();
        past(2);
        expect(await lock.holder(key)).toBeUndefined();
        const two = await take(ground.open());
        expect(two.token).toBeGreaterThan(one.token);
        await time.pass(1);
        await one.release();
        await refused(lock);
        two.check();
      });

      test("does not take it back, even where nobody has taken it", async () => {
        const one = await take();
        past(2);
        await time.pass(1);
        expect(one.lost.aborted).toBe(true);
        expect(await lock.holder(key)).toBeUndefined();
      });
    });
  });
}
