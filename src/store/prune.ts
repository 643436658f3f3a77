import { moveOldest } from "./oldest.ts";
import type { PrunePlan } from "./prune_plan.ts";
import type { Site } from "./site.ts";

/** What one request may delete. */
const most = 1000;

/**
 * Deletes what the plan says. First it is written down that the chain may end; then go the manifests, oldest first, so
 * that no version is listed that has lost a file; then the rest. What a crash leaves undone the next prune does.
 * `proceed` is called before each request and throws to stop.
 */
export async function prune(site: Site, plan: PrunePlan, proceed: () => void): Promise<void> {
  const { versions, oldest, archives, reports } = plan;
  const manifests = versions.flatMap(({ manifest }) => manifest ?? []);
  const rest = [...versions.flatMap(({ files }) => files), ...[...archives, ...reports].map(({ key }) => key)];
  if (versions.length > 0 && oldest.after !== undefined) await moveOldest(site, oldest.before, oldest.after);
  for (const keys of [...inParts(manifests), ...inParts(rest)]) {
    proceed();
    await site.objects.delete(keys);
  }
}

function inParts(keys: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(keys.length / most) }, (_, part) => keys.slice(part * most, (part + 1) * most));
}
