import type { Expectation, ObjectStore } from "../../src/core/ports.ts";

export interface StoreCall {
  /** From 0, over all operations but `list`. */
  number: number;
  operation: "get" | "put" | "link" | "flush" | "delete";
  /** What is read or written; of a link the new key; of a delete the first. */
  key: string;
  expect?: Expectation | undefined;
}

/**
 * What happens at a call: `fail` before anything is done; `lose` the answer of what was done; `refuse` a put without
 * doing it; `deny` having done it, as a storage that was asked twice would; or a wait for anything else.
 */
export type Fault = "fail" | "lose" | "refuse" | "deny" | Promise<unknown> | undefined;

/** What the faults throw. */
export class Outage extends Error {
  override readonly name = "Outage";
}

/** A store with faults, and the calls that came to it. */
export function faultyStore(objects: ObjectStore, hook: (call: StoreCall) => Fault) {
  const calls: StoreCall[] = [];

  async function call<T>(named: Omit<StoreCall, "number">, refusal: T, work: () => Promise<T>): Promise<T> {
    const made = { number: calls.length, ...named };
    calls.push(made);
    const fault = hook(made);
    if (fault === "fail") throw new Outage(`${made.operation} ${made.key}`);
    if (fault === "refuse") return refusal;
    if (fault instanceof Promise) await fault;
    const result = await work();
    if (fault === "lose") throw new Outage(`${made.operation} ${made.key}: the answer was lost`);
    return fault === "deny" ? refusal : result;
  }

  const { link } = objects;
  const store: ObjectStore = {
    name: objects.name,
    get: (key) => call({ operation: "get", key }, undefined, () => objects.get(key)),
    put: (key, body, expect) =>
      call({ operation: "put", key, expect }, undefined, () => objects.put(key, body, expect)),
    ...(link && {
      link: (from, to, expect) => call({ operation: "link", key: to, expect }, false, () => link(from, to, expect)),
    }),
    flush: () => call({ operation: "flush", key: "" }, undefined, () => objects.flush()),
    list: (prefix) => objects.list(prefix),
    delete: (keys) => call({ operation: "delete", key: keys[0] ?? "" }, undefined, () => objects.delete(keys)),
  };
  return { store, calls };
}
