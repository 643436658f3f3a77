import { IngestorError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { isoSeconds } from "../core/time.ts";
import { versionChain } from "./chain.ts";
import { readHead, readManifest, readSnapshot } from "./head.ts";
import type { ReadManifest } from "./manifest.ts";
import type { Site } from "./site.ts";
import type { Snapshot } from "./snapshot.ts";
import { versionTime } from "./version_id.ts";

/** A version with all that it consists of. */
export interface PickedVersion {
  version_id: string;
  manifest: ReadManifest;
  snapshot: Snapshot;
}

const namedInHint = 5;

/** The current version. Throws `STORAGE` where none was published yet, or the system that wrote it lists nothing. */
export async function currentVersion(site: Site): Promise<PickedVersion> {
  const head = await readHead(site);
  if (head.kind === "empty") throw nothingPublished(site);
  if (head.kind === "unlisted") throw unlisted(head.version_id);
  checkFormat(site, head);
  return head;
}

/** The version with this id, if it ever was current. */
export async function versionNamed(site: Site, version_id: string): Promise<PickedVersion> {
  const known: string[] = [];
  for await (const manifest of versionChain(site)) {
    known.push(manifest.version_id);
    if (manifest.version_id === version_id) return wholeVersion(site, version_id, manifest);
  }
  if (known.length === 0) throw nothingPublished(site);
  // Any two ids look alike: what has the form of one is no typo of another.
  const guess = versionTime(version_id) === undefined ? didYouMean(version_id, known) : "";
  const reason = `it is not among its ${known.length === 1 ? "one version" : `${known.length} versions`}${guess}`;
  throw new IngestorError("ARGUMENT", `Cannot find version "${version_id}" of "${site.dataset_id}": ${reason}`, {
    hint: newestOf(known),
  });
}

/** The version that was current at this moment, as far as the ids of the versions tell: they count whole seconds. */
export async function versionAsOf(site: Site, moment: Date): Promise<PickedVersion> {
  let oldest: string | undefined;
  for await (const manifest of versionChain(site)) {
    oldest = manifest.version_id;
    if ((versionTime(oldest)?.getTime() ?? 0) <= moment.getTime()) return wholeVersion(site, oldest, manifest);
  }
  if (oldest === undefined) throw nothingPublished(site);
  const when = isoSeconds(moment);
  throw new IngestorError("ARGUMENT", `Cannot read "${site.dataset_id}" as of ${when}: its versions begin later`, {
    hint: `the oldest that is kept is ${oldest}`,
  });
}

/** The version that came before this one; undefined for the first. */
export async function versionBefore(
  site: Site,
  { version_id, manifest }: PickedVersion,
): Promise<PickedVersion | undefined> {
  const previous = manifest.previous_version;
  if (typeof previous !== "string") return undefined;
  const found = await readManifest(site, previous);
  if (found !== undefined) return wholeVersion(site, previous, found);
  const message = `Cannot read the version before "${version_id}": "${previous}" is no longer kept`;
  throw new IngestorError("ARGUMENT", message, { hint: "name the two versions to compare" });
}

async function wholeVersion(site: Site, version_id: string, manifest: ReadManifest): Promise<PickedVersion> {
  const snapshot = await readSnapshot(site, version_id);
  checkFormat(site, { version_id, manifest });
  if (snapshot !== undefined) return { version_id, manifest, snapshot };
  if (manifest.previous_version === undefined) throw unlisted(version_id);
  const key = site.keys.snapshot(version_id);
  throw new IngestorError(
    "STORAGE",
    `Cannot read version "${version_id}": "${key}" is missing in ${site.objects.name}`,
  );
}

/** Otherwise files would seem to be missing. */
export function checkFormat(
  { format }: Site,
  { version_id, manifest }: Pick<PickedVersion, "version_id" | "manifest">,
): void {
  const theirs = manifest.parquet_files === undefined ? "json" : "parquet";
  if (theirs === format.name) return;
  const reason = `it is kept as ${theirs}, and the dataset file says ${format.name}`;
  throw new IngestorError("CONFIG", `Cannot read version "${version_id}": ${reason}`, {
    hint: `set load.format to ${theirs}`,
  });
}

function nothingPublished({ dataset_id, objects }: Site): IngestorError {
  const reason = `nothing is published yet in ${objects.name}`;
  return new IngestorError("STORAGE", `Cannot read "${dataset_id}": ${reason}`, { hint: "run the dataset once" });
}

function unlisted(version_id: string): IngestorError {
  const reason = "it was written by an older system, which does not list what a version consists of";
  return new IngestorError("STORAGE", `Cannot read version "${version_id}": ${reason}`, {
    hint: "run the dataset once: the version that it publishes can be read",
  });
}

function newestOf(known: readonly string[]): string {
  const some = known.slice(0, namedInHint).join(", ");
  return known.length > namedInHint ? `the newest are ${some}` : `there ${known.length === 1 ? "is" : "are"} ${some}`;
}
