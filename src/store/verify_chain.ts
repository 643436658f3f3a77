import { nameProblem } from "../core/names.ts";
import { readOrReport, type Report } from "./finding.ts";
import { decodeJson } from "./json.ts";
import { manifestSchema, type ReadManifest } from "./manifest.ts";
import { readOldest } from "./oldest.ts";
import type { Site } from "./site.ts";
import { decodeSnapshot, type Snapshot } from "./snapshot.ts";

/** A version as far as it can be read. */
export interface FoundVersion {
  version_id: string;
  manifest: ReadManifest;
  /** Missing after a finding, and where an older system wrote the version. */
  snapshot: Snapshot | undefined;
}

/** The versions from `from` back to the oldest that is kept, with a finding for each that cannot be read. */
export async function* foundVersions(site: Site, from: string, report: Report): AsyncGenerator<FoundVersion> {
  const oldest = await readOldest(site);
  let version_id: string | null | undefined = from;
  while (typeof version_id === "string") {
    if (version_id !== from && oldest !== undefined && version_id < oldest) {
      if ((await site.objects.get(site.keys.manifest(version_id))) === undefined) return;
    }
    const found: FoundVersion | undefined = await findVersion(site, version_id, report);
    if (found === undefined) return;
    yield found;
    version_id = before(site, found, report);
  }
}

/** A version as far as it can be read, with a finding for what cannot; undefined where not even its manifest can. */
export async function findVersion(site: Site, version_id: string, report: Report): Promise<FoundVersion | undefined> {
  const { keys } = site;
  const key = keys.manifest(version_id);
  const manifest = await readOrReport(site, key, report, (found) =>
    decodeJson(found, key, manifestSchema, "a manifest"),
  );
  if (manifest === undefined) return undefined;
  // An older system wrote no snapshots; its version is the oldest of the chain.
  if (manifest.previous_version === undefined) return { version_id, manifest, snapshot: undefined };
  const snapshotKey = keys.snapshot(version_id);
  const snapshot = await readOrReport(site, snapshotKey, report, ({ body }) => decodeSnapshot(body, snapshotKey));
  return { version_id, manifest, snapshot };
}

/** Ids grow along the chain, so that a walk ends. */
function before(site: Site, { version_id, manifest }: FoundVersion, report: Report): string | null | undefined {
  const previous = manifest.previous_version;
  if (typeof previous !== "string") return previous;
  const wrong = nameProblem(previous) !== undefined ? "no version" : previous >= version_id ? "newer" : undefined;
  if (wrong === undefined) return previous;
  report({
    key: site.keys.manifest(version_id),
    problem: `says that "${previous}", which is ${wrong}, came before it`,
  });
  return null;
}
