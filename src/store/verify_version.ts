import { mayHold } from "./draft.ts";
import { joined } from "./extents.ts";
import type { Report } from "./finding.ts";
import { filesOf, type ReadManifest } from "./manifest.ts";
import type { Site } from "./site.ts";
import type { SeriesExtent, Snapshot } from "./snapshot.ts";
import type { FileChecker } from "./verify_files.ts";

interface Whole {
  version_id: string;
  manifest: ReadManifest;
  snapshot: Snapshot;
}

/** Whether manifest and snapshot of a version agree with each other, and with the files, which were checked before. */
export function verifyVersion(site: Site, version: Whole, files: FileChecker, report: Report): void {
  verifyManifest(site, version, report);
  verifyCounts(site, version, files, report);
  verifyExtents(site, version, files, report);
}

function verifyManifest(site: Site, { version_id, manifest, snapshot }: Whole, report: Report): void {
  const key = site.keys.manifest(version_id);
  if (manifest.version_id !== version_id) report({ key, problem: `describes "${manifest.version_id}"` });
  const own = [...snapshot.partitions].filter(([, entry]) => entry.version_id === version_id);
  const held = filesOf(site, own.map(([partition]) => partition).toSorted());
  for (const list of ["json_files", "parquet_files"] as const) {
    const [listed, wanted] = [manifest[list] ?? [], held[list] ?? []];
    const lacking = wanted.filter((file) => !listed.includes(file));
    const strange = listed.filter((file) => !wanted.includes(file));
    if (lacking.length > 0) report({ key, problem: `lacks ${some(lacking)} in ${list}` });
    if (strange.length > 0)
      report({ key, problem: `has ${some(strange)} in ${list}, which the version does not hold` });
  }
}

function some([first, ...others]: readonly string[]): string {
  return others.length === 0 ? `"${first}"` : `"${first}" and ${others.length} more`;
}

function verifyCounts(site: Site, { version_id, snapshot }: Whole, files: FileChecker, report: Report): void {
  for (const [partition, entry] of snapshot.partitions) {
    const facts = files.factsOf(partition, entry);
    if (facts === undefined || facts.rows === entry.rows) continue;
    const problem = `says that "${partition}" has ${entry.rows} observations, and its file has ${facts.rows}`;
    report({ key: site.keys.snapshot(version_id), problem });
  }
}

/** Of a series that a damaged file may hold nothing can be said. */
function verifyExtents(site: Site, { version_id, snapshot }: Whole, files: FileChecker, report: Report): void {
  const found = new Map<string, SeriesExtent>();
  const damaged: string[] = [];
  for (const [partition, entry] of snapshot.partitions) {
    const facts = files.factsOf(partition, entry);
    if (facts === undefined) damaged.push(partition);
    for (const [code, extent] of facts?.series ?? []) found.set(code, joined(found.get(code), extent));
  }
  for (const code of new Set([...snapshot.series.keys(), ...found.keys()])) {
    const [says, has] = [snapshot.series.get(code), found.get(code)];
    if (Bun.deepEquals(says, has) || damaged.some((partition) => mayHold(partition, code))) continue;
    const problem = `says of "${code}" ${extentText(says)}, and its files have ${extentText(has)}`;
    report({ key: site.keys.snapshot(version_id), problem });
  }
}

function extentText(extent: SeriesExtent | undefined): string {
  return extent === undefined ? "nothing" : `${extent.count} from ${extent.first} to ${extent.last}`;
}
