import { inParallel } from "../core/parallel.ts";
import { readOrReport, type Report } from "./finding.ts";
import { inspect } from "./inspect.ts";
import { decodeShown } from "./projections.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry, Snapshot } from "./snapshot.ts";
import { foundVersions } from "./verify_chain.ts";
import { sha256Of, type FileChecker } from "./verify_files.ts";

export interface ProjectionChecks {
  workers: number;
  report: Report;
  /** Called before each projection is read. */
  proceed(): void;
}

/** Whether each projection has the bytes of the file that it is a copy of; the files were checked before. */
export async function verifyProjections(
  site: Site,
  { partitions }: Snapshot,
  files: FileChecker,
  { workers, report, proceed }: ProjectionChecks,
): Promise<void> {
  await inParallel(workers, partitions, async ([partition, entry]) => {
    proceed();
    const sha256 = files.factsOf(partition, entry)?.sha256;
    if (sha256 === undefined) return verifyAlone(site, partition, entry, report);
    const key = site.keys.projection(partition);
    const shown = await site.objects.get(key);
    const remedy = { kind: "projection", partition } as const;
    if (shown === undefined) report({ key, problem: "is missing", remedy });
    else if (sha256Of(shown.body) !== sha256) report({ key, problem: "is not what the version's file is", remedy });
  });
}

/** Where the file is damaged, there is nothing to compare with but the snapshot, and nothing to make a copy of. */
async function verifyAlone(site: Site, partition: string, { digest }: PartitionEntry, report: Report): Promise<void> {
  const key = site.keys.projection(partition);
  const found = await inspect(site, key, digest);
  if ("problem" in found) report({ key, problem: found.problem });
}

/** Whether `projections/manifest.json` agrees with the pointer. Without projections there need not be one. */
export async function verifyShown(site: Site, version_id: string, projected: boolean, report: Report): Promise<void> {
  const key = site.keys.projectionsManifest;
  if (!projected && (await site.objects.get(key)) === undefined) return;
  const remedied: Report = (finding) => report({ ...finding, remedy: { kind: "shown" } });
  const shown = await readOrReport(site, key, remedied, (found) => decodeShown(found, key));
  if (shown === undefined) return;
  if (projected && shown.version_id !== version_id) {
    const problem = `says that "${shown.version_id ?? "no version"}" is shown, and "${version_id}" is current`;
    report({ key, problem, remedy: { kind: "lagging" } });
  }
  if (shown.announced === undefined || (await mayBeInChain(site, version_id, shown.announced, report))) return;
  remedied({ key, problem: `says that "${shown.announced}" was announced, which is no version of the dataset` });
}

/** Ids grow along the chain. Of one that cannot be walked nothing is known. */
async function mayBeInChain(site: Site, from: string, version_id: string, report: Report): Promise<boolean> {
  let broken = false;
  const reported: Report = (finding) => {
    broken = true;
    report(finding);
  };
  for await (const found of foundVersions(site, from, reported)) {
    if (found.version_id <= version_id) return found.version_id === version_id;
  }
  return broken;
}
