import { nameProblem } from "../core/names.ts";
import type { Expectation } from "../core/ports.ts";
import { readOrReport, type Report } from "./finding.ts";
import type { Pointer } from "./current.ts";
import { decodeShown, lastCurrent } from "./projections.ts";
import type { Site } from "./site.ts";
import { findVersion } from "./verify_chain.ts";
import { versionTime } from "./version_id.ts";

/** The version that the pointer names or, where it is lost, the one that it has to name; undefined where none is known. */
export async function verifyPointer(
  site: Site,
  pointer: Pointer | undefined,
  report: Report,
): Promise<string | undefined> {
  if (pointer && (await isVersion(site, pointer.version_id))) return pointer.version_id;
  const told = await site.objects.get(site.keys.projectionsManifest);
  if (pointer === undefined && told === undefined) return undefined;
  const last = told && (await lastTold(site, report));
  const whole = last !== undefined && (await isWhole(site, last, report));
  const published = told ? `, though ${last ?? "a version"} was published` : "";
  report({
    key: site.keys.pointer,
    problem: `${pointer ? "names no version" : "is missing"}${published}`,
    ...(whole && { remedy: { kind: "pointer", version_id: last, expect: stillLost(pointer) } }),
  });
  return whole ? last : undefined;
}

/** An older system may have named its versions in another way. */
async function isVersion({ objects, keys }: Site, version_id: string): Promise<boolean> {
  if (nameProblem(version_id) !== undefined) return false;
  return versionTime(version_id) !== undefined || (await objects.get(keys.manifest(version_id))) !== undefined;
}

async function lastTold(site: Site, report: Report): Promise<string | undefined> {
  const key = site.keys.projectionsManifest;
  const shown = await readOrReport(site, key, report, (found) => decodeShown(found, key));
  return shown && lastCurrent(shown);
}

async function isWhole(site: Site, version_id: string, report: Report): Promise<boolean> {
  if (nameProblem(version_id) !== undefined) return false;
  return (await findVersion(site, version_id, report))?.snapshot !== undefined;
}

function stillLost(pointer: Pointer | undefined): Expectation {
  return pointer ? { etag: pointer.etag } : { absent: true };
}
