import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { LockHolder } from "../core/ports.ts";

/** What a lock table keeps under one key. */
export type Item = Record<string, AttributeValue>;

/** The time as tables keep it: whole seconds since 1970. */
export function epochOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });

export function numberIn(item: Item, name: string): number | undefined {
  const written = item[name]?.N;
  return written === undefined ? undefined : Number(written);
}

/** Whether a run has the lock that the item stands for: the opposite of what a table is asked to check. */
export function isTaken(item: Item, now: Date): boolean {
  const until = numberIn(item, "expiration_time");
  return until === undefined || until >= epochOf(now);
}

/** An item of the system that this one replaces says when, but not who. */
export function holderIn(item: Item): LockHolder {
  const textIn = (name: string) => item[name]?.S ?? "";
  const timeIn = (name: string) => {
    const seconds = numberIn(item, name);
    return seconds === undefined ? undefined : new Date(seconds * 1000);
  };
  return {
    owner: textIn("owner"),
    host: textIn("host"),
    run_id: textIn("run_id"),
    acquired_at: timeIn("acquired_at"),
    expires_at: timeIn("expiration_time"),
  };
}
