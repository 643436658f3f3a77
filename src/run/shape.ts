import { IngestorError } from "../core/errors.ts";
import type { Head } from "../store/head.ts";
import type { StoreTarget } from "./target.ts";

/** Files of two strategies or formats in one dataset would hold observations twice, or where nobody looks: `CONFIG`. */
export function refuseOtherShape(verb: string, { site, step }: StoreTarget, head: Head): void {
  if (head.kind !== "version") return;
  const { partition_strategy = step.policy.partition_strategy, parquet_files } = head.manifest;
  const theirs = { partition_strategy, format: parquet_files === undefined ? "json" : "parquet" } as const;
  for (const key of ["partition_strategy", "format"] as const) {
    if (theirs[key] === step.policy[key]) continue;
    const reason = `${site.objects.name} has ${key} ${theirs[key]}, and the dataset file says ${step.policy[key]}`;
    throw new IngestorError("CONFIG", `Cannot ${verb} "${site.dataset_id}": ${reason}`, {
      hint: `set load.${key} to ${theirs[key]}, or load into a new place`,
    });
  }
}
