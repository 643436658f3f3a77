import type { Etag, ObjectStore } from "../../src/core/ports.ts";

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function textAt(store: ObjectStore, key: string): Promise<string | undefined> {
  const found = await store.get(key);
  return found && new TextDecoder().decode(found.body);
}

export async function keysIn(store: ObjectStore, prefix = ""): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);
}

/** Writes what must be written, and gives the etag. */
export async function putText(store: ObjectStore, key: string, text: string): Promise<Etag> {
  const etag = await store.put(key, bytes(text));
  if (etag === undefined) throw new Error(`an unconditional put of "${key}" was refused`);
  return etag;
}

/** Adds one to the number in an object, however many others do the same. */
export async function increment(store: ObjectStore, key: string): Promise<void> {
  for (;;) {
    const found = await store.get(key);
    const next = bytes(String(Number(new TextDecoder().decode(found?.body)) + 1));
    if ((await store.put(key, next, found ? { etag: found.etag } : { absent: true })) !== undefined) return;
  }
}
