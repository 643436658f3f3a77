import type { Dataset } from "../config/dataset.ts";
import type { StoreLocation } from "../core/ports.ts";
import { checkLock } from "../run/check_lock.ts";
import { checkSource } from "../run/check_source.ts";
import { checkStore } from "../run/check_store.ts";
import type { Diagnosis } from "../run/diagnosis.ts";
import type { RunPorts } from "../run/ports.ts";
import { layoutOf } from "../store/layout.ts";
import { checkAws, checkClock } from "./check_aws.ts";
import type { Shell } from "./shell.ts";

/** What a run of the dataset needs outside of this machine, each tried out. */
export async function checkDataset(dataset: Dataset, ports: RunPorts, shell: Shell): Promise<Diagnosis[]> {
  return [
    ...(await checkClock(dataset, shell)),
    ...(await checkAws(dataset, shell)),
    ...(await checkStores(dataset, ports)),
    ...(dataset.lock ? [await checkLock(dataset.lock, ports)] : []),
    await checkSource(dataset, ports),
  ];
}

async function checkStores(
  { dataset_id, load, state }: Dataset,
  { openStore, random }: RunPorts,
): Promise<Diagnosis[]> {
  const suffix = `.probe-${Math.floor(random() * 2 ** 32).toString(36)}`;
  const found: Diagnosis[] = [];
  if (load?.kind === "store") {
    const { root } = layoutOf(dataset_id);
    found.push(
      ...(await checkStore({ name: "store", objects: openStore(load.location), prefix: root, key: root + suffix })),
    );
  }
  if (state && !isSame(state.location, load?.kind === "store" ? load.location : undefined)) {
    const objects = openStore(state.location);
    found.push(...(await checkStore({ name: "state", objects, prefix: undefined, key: state.key + suffix })));
  }
  return found.map((one) => allowed(one, load?.kind === "store" ? load.location : undefined));
}

function isSame(one: StoreLocation, other: StoreLocation | undefined): boolean {
  if (one.kind === "s3" && other?.kind === "s3") return one.bucket === other.bucket && one.prefix === other.prefix;
  return Bun.deepEquals(one, other);
}

/** What the dataset file takes upon itself is only a warning, and a state is written without conditions. */
function allowed(found: Diagnosis, location: StoreLocation | undefined): Diagnosis {
  const isUnsafe = location?.kind === "s3" && location.unsafe_no_conditional_put === true;
  const isBorne = (found.what === "store conditions" && isUnsafe) || found.what === "state conditions";
  return isBorne && found.status === "fail" ? { ...found, status: "warn" } : found;
}
