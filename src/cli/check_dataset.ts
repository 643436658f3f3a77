import type { Dataset } from "../config/dataset.ts";
import type { StoreLocation } from "../core/ports.ts";
import { checkLock } from "../run/check_lock.ts";
import { checkSource } from "../run/check_source.ts";
import { checkStore, type StoreProbe } from "../run/check_store.ts";
import type { Diagnosis, Tell } from "../run/diagnosis.ts";
import type { RunPorts } from "../run/ports.ts";
import { layoutOf } from "../store/layout.ts";
import { checkAws } from "./check_aws.ts";
import { checkClock } from "./check_clock.ts";
import type { Shell } from "./shell.ts";

/** What a run of the dataset needs outside of this machine, each tried out, and all at the same time. */
export async function checkDataset(dataset: Dataset, ports: RunPorts, shell: Shell, tell: Tell): Promise<void> {
  const { load, lock } = dataset;
  const location = load?.kind === "store" ? load.location : undefined;
  const single = [
    ...checkClock(dataset, shell),
    ...checkAws(dataset, shell),
    ...(lock ? [checkLock(lock, ports)] : []),
    checkSource(dataset, ports),
  ];
  await Promise.all([
    ...single.map(async (found) => tell(await found)),
    ...storeProbes(dataset, ports).map((probe) => checkStore(probe, (found) => tell(allowed(found, location)))),
  ]);
}

function storeProbes({ dataset_id, load, state }: Dataset, { openStore, random }: RunPorts): StoreProbe[] {
  const suffix = `.probe-${Math.floor(random() * 2 ** 32).toString(36)}`;
  const probes: StoreProbe[] = [];
  if (load?.kind === "store") {
    const { root } = layoutOf(dataset_id);
    probes.push({ name: "store", open: () => openStore(load.location), prefix: root, key: root + suffix });
  }
  // Rights are given by prefix.
  if (state) {
    const open = () => openStore(state.location);
    probes.push({ name: "state", open, prefix: undefined, key: state.key + suffix });
  }
  return probes;
}

/** What the dataset file takes upon itself is only a warning, and a state is written without conditions. */
function allowed(found: Diagnosis, location: StoreLocation | undefined): Diagnosis {
  const isUnsafe = location?.kind === "s3" && location.unsafe_no_conditional_put === true;
  const isBorne = (found.what === "store conditions" && isUnsafe) || found.what === "state conditions";
  return isBorne && found.status === "fail" ? { ...found, status: "warn" } : found;
}
