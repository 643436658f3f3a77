import { IngestorError } from "../core/errors.ts";
import { versionChain } from "./chain.ts";
import { knownPointer } from "./current.ts";
import { sourceOf } from "./manifest.ts";
import { readOldest } from "./oldest.ts";
import { readShown } from "./projections.ts";
import type { Site } from "./site.ts";
import { versionTime } from "./version_id.ts";

const day = 86_400_000;

/** What a prune keeps of what was once current. */
export interface Retention {
  /** At least as many versions, the newest. */
  keepLast: number;
  /** And whatever was current at some moment of this many days. */
  keepDays: number;
  now: Date;
}

/** The versions of a dataset, newest first, divided into those that are kept and those that are not. */
export interface Division {
  kept: readonly ChainedVersion[];
  rest: readonly ChainedVersion[];
  /** Beside these, the version that the projections show, which may lag behind. */
  shown: string | undefined;
  /** Before which an earlier prune ended the chain. */
  oldest: string | undefined;
  /** Whether all is kept because no version of the chain is the last that was announced. */
  unannounced: boolean;
}

export interface ChainedVersion {
  version_id: string;
  /** Of the source archive. */
  sha256: string | undefined;
  /** False where an older system wrote it. */
  listed: boolean;
}

/** Throws `STORAGE` where the chain is broken: what lies behind the break would be taken for what never was current. */
export async function divide(site: Site, retention: Retention): Promise<Division> {
  const [shown, oldest] = await Promise.all([readShown(site), readOldest(site)]);
  const versions = await wholeChain(site, oldest);
  const cut = Math.max(keptByTime(versions, retention), keptByAnnouncement(versions, shown.announced));
  return {
    kept: versions.slice(0, cut),
    rest: versions.slice(cut),
    shown: shown.version_id,
    oldest,
    unannounced: versions.every(({ version_id }) => version_id !== shown.announced),
  };
}

async function wholeChain(site: Site, oldest: string | undefined): Promise<ChainedVersion[]> {
  const versions: ChainedVersion[] = [];
  const pointer = await knownPointer(site);
  if (pointer === undefined) return versions;
  let next: string | null | undefined;
  for await (const manifest of versionChain(site, pointer.version_id)) {
    next = manifest.previous_version;
    const { version_id } = manifest;
    versions.push({ version_id, sha256: sourceOf(manifest)?.sha256, listed: next !== undefined });
  }
  if (typeof next === "string" && (oldest === undefined || next >= oldest)) throw broken(site, next);
  return versions;
}

function broken({ dataset_id, keys }: Site, version_id: string): IngestorError {
  const reason = `"${keys.manifest(version_id)}" is missing, which links the older versions`;
  return new IngestorError("STORAGE", `Cannot prune "${dataset_id}": ${reason}`, {
    hint: `restore it from a backup, or give the older versions up: write the id of the oldest version before the break into ${keys.oldestVersion}`,
  });
}

/** How many of the newest are kept: a version is current until the next one is made. */
function keptByTime(versions: readonly ChainedVersion[], { keepLast, keepDays, now }: Retention): number {
  // Ids can run ahead of the clock: no days means none, not all that seems to lie ahead.
  const since = keepDays === 0 ? Infinity : now.getTime() - keepDays * day;
  const madeAt = (index: number) => versionTime(versions[index]?.version_id ?? "")?.getTime() ?? Infinity;
  const old = versions.findIndex((_, index) => index >= keepLast && index > 0 && madeAt(index - 1) < since);
  return old < 0 ? versions.length : old;
}

/** The last version that was announced, and whatever came after it. */
function keptByAnnouncement(versions: readonly ChainedVersion[], announced: string | undefined): number {
  const index = versions.findIndex(({ version_id }) => version_id === announced);
  return index < 0 ? versions.length : index + 1;
}
