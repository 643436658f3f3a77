import { inParallel } from "../core/parallel.ts";
import { digestOf } from "./data_file.ts";
import { inspect } from "./inspect.ts";
import { projectedPartitions } from "./left_over.ts";
import type { Site } from "./site.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ProjectionChecks } from "./verify_projections.ts";

const nothing = digestOf([]);

/** Whether any projection that is not of the version holds observations: who reads the folder takes them for current. */
export async function verifyStrays(
  site: Site,
  { partitions }: Snapshot,
  { workers, report, proceed }: ProjectionChecks,
): Promise<void> {
  const strays = (await projectedPartitions(site)).filter((partition) => !partitions.has(partition));
  await inParallel(workers, strays, async (partition) => {
    proceed();
    const key = site.keys.projection(partition);
    const found = await inspect(site, key, nothing);
    if ("rows" in found || found.etag === undefined) return;
    report({
      key,
      problem: "is in no partition of the current version",
      remedy: { kind: "projection", partition },
    });
  });
}
