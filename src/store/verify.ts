import { inParallel } from "../core/parallel.ts";
import type { Finding, Report } from "./finding.ts";
import { readPointer, type Pointer } from "./current.ts";
import { sourceOf } from "./manifest.ts";
import { checkFormat } from "./pick.ts";
import type { Site } from "./site.ts";
import type { Snapshot } from "./snapshot.ts";
import type { StatePlace } from "./state.ts";
import { foundVersions } from "./verify_chain.ts";
import { fileChecker } from "./verify_files.ts";
import { verifyPointer } from "./verify_pointer.ts";
import { verifyProjections, verifyShown } from "./verify_projections.ts";
import { verifyArchive, verifyState } from "./verify_rest.ts";
import { verifyStrays } from "./verify_strays.ts";
import { verifyVersion } from "./verify_version.ts";

const mostAttempts = 3;
const archivesInFlight = 2;

export interface Scope {
  /** Whether every version is checked, with what it was made from, and not only the current one. */
  all: boolean;
  /** Objects read at once. */
  workers: number;
  /** Whether there are projections. */
  projected: boolean;
  state: StatePlace | undefined;
  /** Called before each larger piece of work; throws to stop. */
  proceed(): void;
}

/** What was checked, and everything that is not as it should be. */
export interface Verification {
  /** The current version, or the one that a lost pointer has to name; undefined where none is known. */
  version_id: string | undefined;
  /** Of the current version, where it can be read. */
  snapshot: Snapshot | undefined;
  /** True where an older system wrote the current version, and did not list what it consists of. */
  unlisted: boolean;
  versions: number;
  files: number;
  projections: number;
  archives: number;
  findings: readonly Finding[];
}

/** Checks what the pointer leads to. What seems wrong because a run published meanwhile is looked at again. */
export async function verify(site: Site, scope: Scope): Promise<Verification> {
  for (let attempt = 1; ; attempt++) {
    const pointer = await readPointer(site);
    const found = await verifyFrom(site, scope, pointer);
    if (found.findings.length === 0 || attempt === mostAttempts) return found;
    if ((await readPointer(site))?.version_id === pointer?.version_id) return found;
  }
}

async function verifyFrom(site: Site, scope: Scope, pointer: Pointer | undefined): Promise<Verification> {
  const findings = new Map<string, Finding>();
  const report: Report = (finding) => void findings.set(`${finding.key} ${finding.problem}`, finding);
  const version_id = await verifyPointer(site, pointer, report);
  const found = version_id === undefined ? nothingFound : await verifyVersions(site, scope, version_id, report);
  const sorted = [...findings.values()].toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { ...found, findings: sorted };
}

const nothingFound = {
  version_id: undefined,
  snapshot: undefined,
  unlisted: false,
  versions: 0,
  files: 0,
  projections: 0,
  archives: 0,
};

async function verifyVersions(site: Site, scope: Scope, version_id: string, report: Report) {
  const { workers, projected, proceed } = scope;
  const files = fileChecker(site, { workers, projected, report, proceed });
  const archives = new Set<string>();
  const counted = { ...nothingFound, version_id };
  let current: Snapshot | undefined;
  for await (const { manifest, snapshot, ...found } of foundVersions(site, version_id, report)) {
    counted.versions++;
    if (found.version_id === version_id) current = snapshot;
    const unlisted = manifest.previous_version === undefined;
    counted.unlisted ||= unlisted && found.version_id === version_id;
    if (snapshot) {
      checkFormat(site, { version_id: found.version_id, manifest });
      await files.checkAll(snapshot);
      verifyVersion(site, { version_id: found.version_id, manifest, snapshot }, files, report);
    }
    const source = sourceOf(manifest);
    if (source) archives.add(source.sha256);
    if (!scope.all) break;
  }
  if (counted.versions > 0) await verifyShown(site, version_id, projected && !counted.unlisted, report);
  if (current && projected) await verifyProjections(site, current, files, { workers, report, proceed });
  if (current && projected) await verifyStrays(site, current, { workers, report, proceed });
  if (current && scope.state) await verifyState(site, scope.state, current, report);
  const checked = scope.all ? archives : [];
  await inParallel(archivesInFlight, checked, async (sha256) => {
    proceed();
    await verifyArchive(site, sha256, report);
  });
  return {
    ...counted,
    snapshot: current,
    files: files.count(),
    projections: projected ? (current?.partitions.size ?? 0) : 0,
    archives: scope.all ? archives.size : 0,
  };
}
