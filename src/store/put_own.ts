import { IngestorError } from "../core/errors.ts";
import type { Site } from "./site.ts";

/**
 * Writes a file of our own version. Where something lies there already, it is ours if the bytes are: an answer
 * was lost. Otherwise another run has taken the version id: `CONFLICT`.
 */
export async function putOwn({ objects }: Site, key: string, body: Uint8Array): Promise<void> {
  if ((await objects.put(key, body, { absent: true })) !== undefined) return;
  const found = await objects.get(key);
  if (found && Buffer.compare(found.body, body) === 0) return;
  throw new IngestorError("CONFLICT", `Cannot write "${key}": another run has taken this version id`);
}

/** Writes what is named by its content, unless it is there. */
export async function putContent({ objects }: Site, key: string, body: Uint8Array | Blob): Promise<void> {
  await objects.put(key, body, { absent: true });
}
