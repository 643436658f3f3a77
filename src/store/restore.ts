import type { Finding } from "./finding.ts";
import { inspect } from "./inspect.ts";
import { putShown, readShown, type Shown } from "./projections.ts";
import type { Site } from "./site.ts";

/** Puts back the data files whose content a projection still holds: the copy has the very bytes of the file. */
export async function restoreFiles(site: Site, findings: readonly Finding[]): Promise<void> {
  const { objects, keys } = site;
  for (const { key, remedy } of findings) {
    if (remedy?.kind !== "data") continue;
    const { partition, entry } = remedy;
    const [lost, shown] = await Promise.all([
      inspect(site, key, entry.digest),
      inspect(site, keys.projection(partition), entry.digest),
    ]);
    if ("rows" in lost || !("rows" in shown)) continue;
    await objects.put(key, shown.body, lost.etag === undefined ? { absent: true } : { etag: lost.etag });
  }
  await objects.flush();
}

/** Puts a lost pointer back. False where another run has put one since it was looked for. */
export async function restorePointer({ objects, keys }: Site, findings: readonly Finding[]): Promise<boolean> {
  for (const { remedy } of findings) {
    if (remedy?.kind !== "pointer") continue;
    const etag = await objects.put(keys.pointer, Buffer.from(remedy.version_id), remedy.expect);
    if (etag === undefined) return false;
    await objects.flush();
  }
  return true;
}

/**
 * What the projections are said to show, made true as far as can be told without looking: a damaged description says
 * nothing any more, and an announced version that there is not counts as none, so that all are announced again.
 */
export async function restoreShown(site: Site, findings: readonly Finding[]): Promise<Shown> {
  const { objects, keys } = site;
  if (!findings.some(({ remedy }) => remedy?.kind === "shown")) return readShown(site);
  const found = await objects.get(keys.projectionsManifest);
  const before = { version_id: undefined, announced: undefined, etag: found?.etag };
  return (await putShown(site, before, before)) ?? readShown(site);
}
