import type { Expectation } from "../core/ports.ts";
import { readPointer, type Pointer } from "./current.ts";
import { readManifest, type Head } from "./head.ts";
import type { Site } from "./site.ts";

const mostAttempts = 5;

/**
 * Step 5 of a commit, on which all correctness rests: the pointer moves only from where `head` read it. True if it
 * is ours in the end, whatever was answered on the way; false if another run came first. Throws when the storage
 * cannot say, and when `mayPublish` does.
 */
export async function movePointer(
  site: Site,
  head: Head,
  version_id: string,
  mayPublish: () => void,
): Promise<boolean> {
  const expect: Expectation = head.kind === "empty" ? { absent: true } : { etag: head.etag };
  const body = Buffer.from(version_id);
  let failure: unknown;
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    mayPublish();
    try {
      if ((await site.objects.put(site.keys.pointer, body, expect)) !== undefined) return true;
    } catch (error) {
      failure = error;
    }
    const now = await readPointer(site);
    if (!isWhereItWas(now, head)) return now !== undefined && inChain(site, now.version_id, version_id);
    if (failure === undefined) return false;
  }
  throw failure;
}

function isWhereItWas(now: Pointer | undefined, head: Head): boolean {
  return head.kind === "empty" ? now === undefined : now?.version_id === head.version_id;
}

/** Whether `version_id` is the version `from` or one before it. Ids grow along the chain, so the walk is short. */
async function inChain(site: Site, from: string, version_id: string): Promise<boolean> {
  let current: string | null | undefined = from;
  while (typeof current === "string" && current > version_id) {
    current = (await readManifest(site, current))?.previous_version;
  }
  return current === version_id;
}
