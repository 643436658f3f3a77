import type { Dataset } from "../config/dataset.ts";
import { prune } from "../store/prune.ts";
import { planPrune, type PrunePlan } from "../store/prune_plan.ts";
import type { Retention } from "../store/retention.ts";
import type { Site } from "../store/site.ts";
import { underLock } from "./errand.ts";
import { requireTarget } from "./open_target.ts";
import type { RunPorts } from "./ports.ts";

/** What a prune deleted, or would delete. */
export interface Pruned {
  store: string;
  deleted: boolean;
  plan: PrunePlan;
}

/** Deletes what is no longer kept, with `yes` and under the dataset's lock; without, only says what that is. */
export async function pruneDataset(
  dataset: Dataset,
  ports: RunPorts,
  { yes, ...retention }: Omit<Retention, "now"> & { yes: boolean },
): Promise<Pruned> {
  const planOf = (site: Site) => planPrune(site, { ...retention, now: ports.clock.now() });
  if (!yes) {
    const { site } = await requireTarget(dataset, ports);
    return { store: site.objects.name, deleted: false, plan: await planOf(site) };
  }
  return underLock(dataset, ports, async ({ target: { site }, signal }) => {
    const plan = await planOf(site);
    await prune(site, plan, () => signal.throwIfAborted());
    return { store: site.objects.name, deleted: true, plan };
  });
}
