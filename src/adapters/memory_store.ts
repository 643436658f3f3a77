import { withCheckedKeys } from "../core/keys.ts";
import type { Expectation, ObjectInfo, ObjectStore, StoredObject } from "../core/ports.ts";

interface Kept extends StoredObject {
  modified: Date;
}

/** Objects in memory, with the same promises as any other store. */
export function memoryStore(name = "memory"): ObjectStore {
  const objects = new Map<string, Kept>();
  let writes = 0;

  const holds = (key: string, expect: Expectation) =>
    "absent" in expect ? !objects.has(key) : objects.get(key)?.etag === expect.etag;

  return withCheckedKeys({
    name,
    async get(key) {
      const kept = objects.get(key);
      return kept && { body: kept.body.slice(), etag: kept.etag };
    },
    async put(key, body, expect) {
      const bytes = body instanceof Blob ? await body.bytes() : body.slice();
      if (expect && !holds(key, expect)) return undefined;
      const etag = String(++writes);
      objects.set(key, { body: bytes, etag, modified: new Date() });
      return etag;
    },
    async flush() {},
    async *list(prefix): AsyncIterable<ObjectInfo> {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
      for (const key of keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
        const kept = objects.get(key);
        if (kept) yield { key, size: kept.body.byteLength, modified: kept.modified };
      }
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
  });
}
