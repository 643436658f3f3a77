import type { Expectation, ObjectStore } from "../core/ports.ts";
import { IngestorError } from "../core/errors.ts";
import type { Site } from "./site.ts";

/** An etag that no content has. */
const noEtag = `"${"0".repeat(32)}"`;

const conditions: readonly [name: string, expect: Expectation][] = [
  ["If-None-Match", { absent: true }],
  ["If-Match", { etag: noEtag }],
];

/**
 * The conditions that a store takes no notice of, found out on an object that is there: a put on each of them must be
 * refused. The object is what it was before, whatever the store does.
 */
export async function ignoredConditions(objects: ObjectStore, key: string, body: Uint8Array): Promise<string[]> {
  const ignored: string[] = [];
  for (const [name, expect] of conditions) {
    if ((await objects.put(key, body, expect)) !== undefined) ignored.push(name);
  }
  return ignored;
}

/** Throws `CONFIG` where the store is one in which two runs at once could overwrite each other unseen. */
export async function requireConditions({ dataset_id, objects }: Site, key: string, body: Uint8Array): Promise<void> {
  const ignored = await ignoredConditions(objects, key, body);
  if (ignored.length === 0) return;
  const reason = `"${objects.name}" does not enforce ${ignored.join(" and ")}, so that two runs could undo each other unseen`;
  throw new IngestorError("CONFIG", `Cannot publish "${dataset_id}": ${reason}`, {
    hint:
      "use a server that does, as Amazon S3 and current releases of MinIO do; " +
      "only where two runs of a dataset never meet, load.unsafe_no_conditional_put: true publishes all the same",
  });
}
