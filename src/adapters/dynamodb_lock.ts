import { hostname } from "node:os";
import { IngestorError } from "../core/errors.ts";
import type { HeldLock, Lock, LockHolder } from "../core/ports.ts";
import { cannotLock } from "./dynamodb_explain.ts";
import { epochOf, holderIn, isTaken, number, numberIn, text, type Item } from "./dynamodb_item.ts";
import { dynamodbTable, type TablePlace } from "./dynamodb_table.ts";
import { keepLease, type Time } from "./lease.ts";

export interface DynamodbLockPlace extends TablePlace {
  timeout_seconds: number;
}

type Wanted = Parameters<Lock["acquire"]>[1];

/** So often the item may be freed between the refusal and the look at who has it. */
const mostAttempts = 5;

/**
 * One item of a table for each key, taken by one conditional update that raises the token as well. The item stays when
 * it is released, so that tokens only grow; where something else removes it, they go on from the time in milliseconds.
 */
export function dynamodbLock(place: DynamodbLockPlace, time: Time): Lock {
  const table = dynamodbTable(place);
  /** The tokens that this process holds, to know an answer that was lost from a lock that it has already. */
  const held = new Set<string>();
  const endFrom = (now: Date) => epochOf(now) + place.timeout_seconds;

  function take(key: string, { owner, run_id }: Wanted) {
    const now = time.now();
    return table.update(key, {
      set: [
        "expiration_time = :until",
        "acquired_at = :now",
        "#owner = :owner",
        "#host = :host",
        "run_id = :run_id",
        "#token = if_not_exists(#token, :now_ms) + :one",
      ],
      condition: "attribute_not_exists(lock_key) OR expiration_time < :now",
      ExpressionAttributeValues: {
        ":until": number(endFrom(now)),
        ":now": number(epochOf(now)),
        ":now_ms": number(now.getTime()),
        ":one": number(1),
        ":owner": text(owner),
        ":host": text(hostname()),
        ":run_id": text(run_id),
      },
      returns: "UPDATED_NEW",
    });
  }

  /** Sets when the lease ends, if the lock is still ours: neither given back, nor broken, nor another's. */
  async function extend(
    key: string,
    { owner }: Wanted,
    token: number,
    until: number,
  ): Promise<Item | undefined | true> {
    const answer = await table.update(key, {
      set: ["expiration_time = :until"],
      condition: "#owner = :owner AND #token = :token AND expiration_time > :zero",
      ExpressionAttributeValues: {
        ":until": number(until),
        ":owner": text(owner),
        ":token": number(token),
        ":zero": number(0),
      },
      returns: "UPDATED_NEW",
    });
    return "done" in answer ? true : answer.refused;
  }

  function hold(key: string, wanted: Wanted, item: Item): HeldLock {
    const token = numberIn(item, "token") ?? 0;
    const name = `${key} ${token}`;
    held.add(name);
    const until = new Date((numberIn(item, "expiration_time") ?? 0) * 1000);
    const renew = async () => {
      const end = endFrom(time.now());
      const found = await extend(key, wanted, token, end);
      return found === true ? { until: new Date(end * 1000) } : { lost: lossIn(found) };
    };
    const { lost, check, end } = keepLease({ until, every: (place.timeout_seconds * 1000) / 3, renew }, time);
    return {
      token,
      lost,
      check,
      async release() {
        end();
        held.delete(name);
        await orExplain(`release the lock "${key}"`, () => extend(key, wanted, token, 0));
      },
    };
  }

  /** An update whose answer was lost is sent again by the SDK, and then finds what it wrote itself. */
  function isOurs(key: string, { owner, run_id }: Wanted, item: Item): boolean {
    const holder = holderIn(item);
    return holder.owner === owner && holder.run_id === run_id && !held.has(`${key} ${numberIn(item, "token")}`);
  }

  async function acquire(key: string, wanted: Wanted): ReturnType<Lock["acquire"]> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const answer = await take(key, wanted);
      if ("done" in answer) return { held: hold(key, wanted, answer.done) };
      const { refused: item } = answer;
      if (item === undefined || !isTaken(item, time.now())) continue;
      return isOurs(key, wanted, item) ? { held: hold(key, wanted, item) } : { busy: holderIn(item) };
    }
    throw new IngestorError("STORAGE", `Cannot take the lock "${key}": it keeps changing hands`);
  }

  async function orExplain<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw cannotLock(what, error, place);
    }
  }

  return {
    acquire: (key, wanted) => orExplain(`take the lock "${key}"`, () => acquire(key, wanted)),
    holder: (key) => orExplain(`read the lock "${key}"`, async () => liveIn(await table.get(key), time.now())),
    break: (key) =>
      orExplain(`break the lock "${key}"`, async () => {
        const answer = await table.update(key, {
          set: ["expiration_time = :zero"],
          condition: "attribute_exists(lock_key)",
          ExpressionAttributeValues: { ":zero": number(0) },
          returns: "ALL_OLD",
        });
        return "done" in answer ? liveIn(answer.done, time.now()) : undefined;
      }),
  };
}

function liveIn(item: Item | undefined, now: Date): LockHolder | undefined {
  return item !== undefined && isTaken(item, now) ? holderIn(item) : undefined;
}

function lossIn(item: Item | undefined): string {
  if (item === undefined) return "its item is gone from the table";
  if (numberIn(item, "expiration_time") === 0) return "somebody broke it";
  const { owner, run_id } = holderIn(item);
  return owner === "" ? "another run has it" : `${owner} has it (run ${run_id})`;
}
