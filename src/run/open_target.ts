import { IngestorError } from "../core/errors.ts";
import type { Dataset } from "../config/dataset.ts";
import { formatOf } from "../store/format.ts";
import { siteOf } from "../store/site.ts";
import type { RunPorts } from "./ports.ts";
import type { StoreTarget } from "./target.ts";

/** Where a dataset is published; undefined where its loader keeps no versions. */
export async function openTarget(
  { dataset_id, load, state }: Dataset,
  ports: Pick<RunPorts, "openStore">,
): Promise<StoreTarget | undefined> {
  if (load?.kind !== "store") return undefined;
  return {
    site: siteOf(dataset_id, ports.openStore(load.location), await formatOf(load.policy)),
    step: load,
    state: state && { objects: ports.openStore(state.location), key: state.key },
    token: undefined,
  };
}

/** As `openTarget`, for what only a versioned store can do. Throws `ARGUMENT` where there is none. */
export async function requireTarget(dataset: Dataset, ports: Pick<RunPorts, "openStore">): Promise<StoreTarget> {
  const target = await openTarget(dataset, ports);
  if (target) return target;
  throw new IngestorError("ARGUMENT", `Cannot read the versions of "${dataset.dataset_id}": it keeps none`, {
    hint: "its dataset file has no loader with a versioned store, such as file_versioned",
  });
}
