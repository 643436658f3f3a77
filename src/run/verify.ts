import { IngestorError } from "../core/errors.ts";
import type { Dataset } from "../config/dataset.ts";
import type { Finding } from "../store/finding.ts";
import { restoreFiles, restorePointer, restoreShown } from "../store/restore.ts";
import type { Site } from "../store/site.ts";
import { saveState, stateOf } from "../store/state.ts";
import { verify, type Scope, type Verification } from "../store/verify.ts";
import { underLock, type Errand } from "./errand.ts";
import { flush } from "./follow_up.ts";
import { requireTarget } from "./open_target.ts";
import type { RunPorts } from "./ports.ts";
import { show } from "./show.ts";
import type { StoreTarget } from "./target.ts";

const readsInFlight = 16;

/** What is wrong with the store of a dataset, and what no longer is. */
export interface Verified extends Verification {
  store: string;
  /** What was put right. */
  repaired: readonly Finding[];
  /** Why what could have been put right was not. */
  hindrance: string | undefined;
}

/** Checks the store of a dataset; with `repair` also puts right, under the lock, what can be made from the rest. */
export async function verifyDataset(
  dataset: Dataset,
  ports: RunPorts,
  { all, repair }: { all: boolean; repair: boolean },
): Promise<Verified> {
  const target = await requireTarget(dataset, ports);
  const scope = scopeOf(target, all, ports.signal);
  const store = target.site.objects.name;
  const found = await verify(target.site, scope);
  if (!repair || !found.findings.some(({ remedy }) => remedy)) {
    return { ...found, store, repaired: [], hindrance: undefined };
  }
  return underLock(dataset, ports, async (errand) => {
    // What was found without the lock may have been a run at work.
    const before = await verify(target.site, scope);
    const hindrance = await repairAll(errand, before);
    const after = await verify(target.site, scope);
    const left = new Set(after.findings.map(({ key }) => key));
    const repaired = before.findings.filter(({ key }) => !left.has(key));
    return { ...after, store, repaired, hindrance };
  });
}

function scopeOf({ step, state }: StoreTarget, all: boolean, signal: AbortSignal): Scope {
  const projected = step.policy.projection.mode === "copy";
  return { all, workers: readsInFlight, projected, state, proceed: () => signal.throwIfAborted() };
}

/** Files first, then what names them, then what is made from them. Gives the reason where the last is not possible. */
async function repairAll(errand: Errand, found: Verification): Promise<string | undefined> {
  const { target, signal } = errand;
  await restoreFiles(target.site, found.findings);
  if (!(await restorePointer(target.site, found.findings))) throw overtaken(target.site);
  signal.throwIfAborted();
  const hindrance = await repairProjections(errand, found);
  const isWrong = found.findings.some(({ remedy }) => remedy?.kind === "state");
  if (target.state && found.snapshot && isWrong) await saveState(target.state, undefined, stateOf(found.snapshot));
  await flush(target);
  return hindrance;
}

function overtaken({ dataset_id }: Site): IngestorError {
  return new IngestorError("CONFLICT", `Cannot repair "${dataset_id}": another run put the pointer back first`, {
    hint: "verify again",
  });
}

async function repairProjections(errand: Errand, { version_id, snapshot, findings }: Verification) {
  const { target } = errand;
  const shown = await restoreShown(target.site, findings);
  if (version_id === undefined || snapshot === undefined) return undefined;
  const remedies = findings.flatMap(({ remedy }) => (remedy?.kind === "projection" ? remedy.partition : []));
  try {
    const snapshots = new Map([[version_id, snapshot]]);
    // Who repairs announces nothing, and so may not know who listens.
    await show(errand, target, version_id, shown, { snapshots, suspects: new Set(remedies), silent: false });
    return undefined;
  } catch (error) {
    // A lost data file is among the findings that are left; the state can be put right all the same.
    if (error instanceof IngestorError && error.code === "STORAGE") return error.message;
    throw error;
  }
}
