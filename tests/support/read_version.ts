import type { StoredObservation } from "../../src/core/observation.ts";
import { readObservations } from "../../src/store/observations.ts";
import type { Site } from "../../src/store/site.ts";
import type { Snapshot } from "../../src/store/snapshot.ts";

/** All observations of a version, in the order of the paths of their partitions. */
export async function readVersion(site: Site, snapshot: Snapshot): Promise<StoredObservation[]> {
  const sorted = [...snapshot.partitions].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return (await Promise.all(sorted.map(([partition, entry]) => readObservations(site, partition, entry)))).flat();
}
