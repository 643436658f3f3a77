import { IngestorError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import { requireConditions } from "./conditions.ts";
import type { Draft } from "./draft.ts";
import { readHead, snapshotOf, type Head } from "./head.ts";
import { encodeJson } from "./json.ts";
import type { Manifest } from "./manifest.ts";
import { movePointer } from "./pointer.ts";
import { putOwn } from "./put_own.ts";
import type { Site } from "./site.ts";
import { encodeSnapshot, type Snapshot } from "./snapshot.ts";
import { awaitTurn, mostTurns, type Waiting } from "./turn.ts";
import { newVersionId, versionTime } from "./version_id.ts";

const oldestVersionMs = 12 * 3_600_000;

/** One check of the gate on a version that is complete but not yet current: the reason to stop it, or undefined. */
export interface Check {
  name: string;
  reasonToStop(candidate: Candidate): string | undefined;
}

export interface Candidate {
  before: Snapshot;
  after: Snapshot;
  manifest: Manifest;
}

/** What one publish makes and of what; asked again, with the then current head, whenever another run came first. */
export interface Publication extends Waiting {
  clock: Clock;
  /** The fencing token of the lock, where there is one. */
  token: number | undefined;
  /** Throws if this run must not publish any more; asked each time right before the pointer is put. */
  mayPublish(): void;
  checks: readonly Check[];
  /** Whether the store has to prove, before the first version of the dataset, that it enforces conditions. */
  unproven?: boolean;
  /** Throws if what this run has cannot stand on top of that version, whatever happens next. */
  mayFollow?(head: Head): void;
  /** Writes the data files of the new version (and before them what they were made from). */
  draft(head: Head, version_id: string): Promise<Draft>;
  manifest(draft: Draft, head: Head, fence: number): Manifest;
}

export type Outcome =
  | { status: "published"; head: Head; draft: Draft }
  | { status: "unchanged"; head: Head; draft: Draft }
  | { status: "blocked"; head: Head; draft: Draft; reasons: string[] };

/**
 * Steps 1 to 5 of the commit protocol: whatever happens in between, readers that follow the pointer see the old
 * version or the new one, whole. Throws `CONFLICT` when others keep publishing first, or hold a later lock.
 * `head` is the pointer as it was last read, if it was.
 */
export async function commit(site: Site, publication: Publication, head?: Head): Promise<Outcome> {
  let current = head ?? (await readHead(site));
  for (let attempt = 0; attempt < mostTurns; attempt++) {
    await awaitTurn(publication, attempt);
    if (attempt > 0) current = await readHead(site);
    const outcome = await tryOnce(site, publication, current);
    if (outcome !== undefined) return outcome;
  }
  throw new IngestorError("CONFLICT", `Cannot publish "${site.dataset_id}": other runs keep publishing first`, {
    hint: "run again; nothing was overwritten. A lock in the dataset file keeps runs apart",
  });
}

async function tryOnce(site: Site, publication: Publication, head: Head): Promise<Outcome | undefined> {
  const { clock, random } = publication;
  publication.mayFollow?.(head);
  const fence = fenceAfter(site, publication, head);
  const version_id = newVersionId(clock.now(), random, head.kind === "empty" ? undefined : head.version_id);
  const draft = await draftOf(publication, head, version_id);
  if (draft === undefined) return undefined;
  if (draft.changed.length === 0 && head.kind !== "unlisted") return { status: "unchanged", head, draft };

  const manifest = publication.manifest(draft, head, fence);
  const reasons = reasonsToStop(publication, { before: snapshotOf(head), after: draft.snapshot, manifest });
  if (!(await describe(site, draft, manifest))) return undefined;
  if (reasons.length > 0) return { status: "blocked", head, draft, reasons };
  // On the manifest: of the pointer it would show only once that names the version.
  if (publication.unproven && head.kind !== "version") {
    await requireConditions(site, site.keys.manifest(version_id), encodeJson(manifest));
  }

  await site.objects.flush();
  if (isTooOld(version_id, clock)) return undefined;
  const moved = await movePointer(site, head, version_id, publication.mayPublish);
  return moved ? { status: "published", head, draft } : undefined;
}

/** Undefined where another run has taken the version id: begin again with a new one. */
async function draftOf(publication: Publication, head: Head, version_id: string) {
  try {
    return await publication.draft(head, version_id);
  } catch (error) {
    return beginAgain(error);
  }
}

async function describe(site: Site, { version_id, snapshot }: Draft, manifest: Manifest): Promise<boolean> {
  try {
    await putOwn(site, site.keys.snapshot(version_id), encodeSnapshot(snapshot));
    await putOwn(site, site.keys.manifest(version_id), encodeJson(manifest));
    return true;
  } catch (error) {
    return beginAgain(error) ?? false;
  }
}

function beginAgain(error: unknown): undefined {
  if (error instanceof IngestorError && error.code === "CONFLICT") return undefined;
  throw error;
}

function reasonsToStop({ checks }: Publication, candidate: Candidate): string[] {
  return checks.map((check) => check.reasonToStop(candidate)).filter((reason) => reason !== undefined);
}

function fenceAfter(site: Site, { token }: Publication, head: Head): number {
  const published = head.kind === "empty" ? 0 : head.manifest.fence;
  if (token === undefined || token >= published) return Math.max(published, token ?? 0);
  throw new IngestorError("CONFLICT", `Cannot publish "${site.dataset_id}": a run with a later lock has published`, {
    hint: "this run's lease ran out while it was working; run again",
  });
}

function isTooOld(version_id: string, clock: Clock): boolean {
  const made = versionTime(version_id);
  return made !== undefined && clock.now().getTime() - made.getTime() > oldestVersionMs;
}
