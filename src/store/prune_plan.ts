import { IngestorError } from "../core/errors.ts";
import type { ObjectInfo } from "../core/ports.ts";
import { readManifest, readSnapshot } from "./head.ts";
import { sourceOf } from "./manifest.ts";
import { divide, type Division, type Retention } from "./retention.ts";
import type { Site } from "./site.ts";
import { versionsIn, type VersionFolder } from "./version_folders.ts";
import { versionTime } from "./version_id.ts";

const day = 86_400_000;
const reportsKept = 100;

/** What a prune would delete. */
export interface PrunePlan {
  /** The versions that stay of those that were once current, newest first. */
  kept: readonly string[];
  /** Before which the chain ends then. */
  oldest: { before: string | undefined; after: string | undefined };
  /** Whether all is kept because what was announced is not known. */
  unannounced: boolean;
  versions: readonly DoomedVersion[];
  archives: readonly ObjectInfo[];
  /** Of runs. */
  reports: readonly ObjectInfo[];
}

export interface DoomedVersion {
  version_id: string;
  /** `left over`: a crash left it, of a run or of an earlier prune. */
  why: "old" | "never current" | "left over";
  manifest: string | undefined;
  /** Its other files, less those that a kept version refers to. */
  files: readonly string[];
  bytes: number;
}

/** Decides what is to go. Reads and lists, and changes nothing. */
export async function planPrune(site: Site, retention: Retention): Promise<PrunePlan> {
  const division = await divide(site, retention);
  const { kept, oldest } = division;
  // Where no pointer says what is current, nothing says what is not needed either.
  if (kept.length === 0) return nothingToGo;
  const needed = await referredTo(site, division);
  const archives = new Set(kept.flatMap(({ sha256 }) => sha256 ?? []));
  const versions: DoomedVersion[] = [];
  for await (const folder of versionsIn(site)) {
    const verdict = await judge(site, folder, division, retention.now);
    if (verdict.goes) versions.push(...doomed(folder, verdict.why, needed));
    else if (verdict.sha256 !== undefined) archives.add(verdict.sha256);
  }
  return {
    kept: kept.map(({ version_id }) => version_id),
    oldest: { before: oldest, after: kept.at(-1)?.version_id },
    unannounced: division.unannounced,
    versions,
    archives: await archivesToGo(site, archives, retention.now),
    reports: await reportsToGo(site, retention),
  };
}

const nothingToGo: PrunePlan = {
  kept: [],
  oldest: { before: undefined, after: undefined },
  unannounced: false,
  versions: [],
  archives: [],
  reports: [],
};

/** The keys of the data files that the snapshots of the kept versions are made of. */
async function referredTo(site: Site, { kept, shown }: Division): Promise<Set<string>> {
  const needed = new Set<string>();
  const listed = kept.filter((version) => version.listed).map(({ version_id }) => version_id);
  for (const version_id of new Set([...listed, ...(shown === undefined ? [] : [shown])])) {
    const snapshot = await readSnapshot(site, version_id);
    if (snapshot === undefined && listed.includes(version_id)) throw lostSnapshot(site, version_id);
    for (const [partition, entry] of snapshot?.partitions ?? [])
      needed.add(site.keys.data(entry.version_id, partition));
  }
  return needed;
}

function lostSnapshot({ dataset_id, keys }: Site, version_id: string): IngestorError {
  const reason = `"${keys.snapshot(version_id)}" is missing, which says what files are needed`;
  return new IngestorError("STORAGE", `Cannot prune "${dataset_id}": ${reason}`, {
    hint: "restore it from a backup",
  });
}

type Verdict = { goes: true; why: DoomedVersion["why"] } | { goes: false; sha256?: string | undefined };

async function judge(site: Site, folder: VersionFolder, division: Division, now: Date): Promise<Verdict> {
  const { version_id } = folder;
  const made = versionTime(version_id);
  const isKept = division.kept.some((version) => version.version_id === version_id);
  if (isKept || version_id === division.shown || made === undefined) return { goes: false };
  const manifest = folder.manifest && (await readManifest(site, version_id));
  // What an older system wrote cannot be told from what it had as current.
  if (manifest && manifest.previous_version === undefined) return { goes: false };
  if (division.rest.some((version) => version.version_id === version_id)) return { goes: true, why: "old" };
  // A version becomes current only after one with a lesser id.
  if (manifest === undefined && version_id < endOf(division)) return { goes: true, why: "left over" };
  if (now.getTime() - made.getTime() > day) return { goes: true, why: "never current" };
  return { goes: false, sha256: manifest && sourceOf(manifest)?.sha256 };
}

/** Before which the chain ends once the prune is done. */
function endOf({ kept, oldest = "" }: Division): string {
  const last = kept.at(-1)?.version_id ?? "";
  return last > oldest ? last : oldest;
}

function doomed(folder: VersionFolder, why: DoomedVersion["why"], needed: ReadonlySet<string>): DoomedVersion[] {
  const files = folder.files.filter(({ key }) => !needed.has(key));
  if (files.length === 0 && folder.manifest === undefined) return [];
  const all = [...files, ...(folder.manifest ? [folder.manifest] : [])];
  const bytes = all.reduce((sum, { size }) => sum + size, 0);
  return [
    {
      version_id: folder.version_id,
      why,
      manifest: folder.manifest?.key,
      files: files.map(({ key }) => key),
      bytes,
    },
  ];
}

/** A run under way may just have written one. */
async function archivesToGo({ objects, keys }: Site, needed: ReadonlySet<string>, now: Date): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const archive of objects.list(keys.sources)) {
    const name = archive.key.slice(keys.sources.length);
    const isOld = now.getTime() - archive.modified.getTime() > day;
    if (isOld && /^[0-9a-f]{64}$/.test(name) && !needed.has(name)) found.push(archive);
  }
  return found;
}

/** Run ids begin with the time, so that the newest come last. */
async function reportsToGo({ objects, keys }: Site, { keepDays, now }: Retention): Promise<ObjectInfo[]> {
  const since = new Date(now.getTime() - keepDays * day).toISOString().replace(/\D/g, "");
  const before = `${keys.runs}r${since.slice(0, 8)}_${since.slice(8, 14)}`;
  const found = (await Array.fromAsync(objects.list(keys.runs))).filter(({ key }) => /\/r\d{8}_\d{6}_/.test(key));
  return found.slice(0, Math.max(0, found.length - reportsKept)).filter(({ key }) => key < before);
}
