import { IngestorError } from "../core/errors.ts";
import { nameProblem } from "../core/names.ts";
import type { Etag } from "../core/ports.ts";
import { knownPointer } from "./current.ts";
import { readJson } from "./json.ts";
import { manifestSchema, type ReadManifest } from "./manifest.ts";
import type { Site } from "./site.ts";
import { decodeSnapshot, emptySnapshot, type Snapshot } from "./snapshot.ts";

/** The pointer as it was read, and what the version that it names consists of. */
export type Head =
  | { kind: "empty" }
  | { kind: "version"; version_id: string; etag: Etag; manifest: ReadManifest; snapshot: Snapshot }
  /** Written by the system that this one replaces: the observations are in the projections, unlisted. */
  | { kind: "unlisted"; version_id: string; etag: Etag; manifest: ReadManifest };

export async function readHead(site: Site): Promise<Head> {
  const pointer = await knownPointer(site);
  if (pointer === undefined) return { kind: "empty" };
  if (nameProblem(pointer.version_id) !== undefined) throw namesNothing(site);
  const [manifest, snapshot] = await Promise.all([
    readManifest(site, pointer.version_id),
    readSnapshot(site, pointer.version_id),
  ]);
  if (manifest === undefined) throw lostVersion(site, pointer.version_id);
  if (snapshot === undefined && manifest.previous_version !== undefined) throw lostVersion(site, pointer.version_id);
  return snapshot === undefined
    ? { kind: "unlisted", ...pointer, manifest }
    : { kind: "version", ...pointer, manifest, snapshot };
}

export function snapshotOf(head: Head): Snapshot {
  return head.kind === "version" ? head.snapshot : emptySnapshot;
}

export async function readManifest(site: Site, version_id: string): Promise<ReadManifest | undefined> {
  return (await readJson(site, site.keys.manifest(version_id), manifestSchema, "a manifest"))?.value;
}

export async function readSnapshot({ objects, keys }: Site, version_id: string): Promise<Snapshot | undefined> {
  const key = keys.snapshot(version_id);
  const found = await objects.get(key);
  return found && decodeSnapshot(found.body, key);
}

function namesNothing({ objects, keys, dataset_id }: Site): IngestorError {
  return new IngestorError(
    "STORAGE",
    `Cannot read the pointer "${objects.name}/${keys.pointer}": it holds no version id`,
    {
      hint: `ingestor verify ${dataset_id} --repair puts it right where the store still tells which version was current`,
    },
  );
}

function lostVersion({ objects, keys, dataset_id }: Site, version_id: string): IngestorError {
  const problem = `its manifest or snapshot is missing in ${objects.name}`;
  return new IngestorError("STORAGE", `Cannot read the current version "${version_id}": ${problem}`, {
    hint: `ingestor verify ${dataset_id} says what is left; restore ${keys.versions}${version_id}/ from a backup, or write the id of a whole version into ${keys.pointer}`,
  });
}
