import * as v from "valibot";

export const partitionStrategies = ["series_year_month", "series_year", "series", "year_month"] as const;
export type PartitionStrategy = (typeof partitionStrategies)[number];

const workers = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64));

/** The keys that `load` has whatever store the loader names: how the store is kept, not where it lies. */
export const policyEntries = {
  format: v.pipe(v.optional(v.picklist(["json", "parquet"]), "json"), v.description("How data files are written")),
  compression: v.pipe(
    v.optional(v.picklist(["snappy", "gzip", "zstd", "none"]), "snappy"),
    v.description("Of Parquet files; JSON is never compressed"),
  ),
  partition_strategy: v.pipe(
    v.optional(v.picklist(partitionStrategies), "series_year_month"),
    v.description("What shares a file"),
  ),
  projection: v.pipe(
    v.optional(
      v.strictObject({
        mode: v.pipe(
          v.optional(v.picklist(["copy", "direct"]), "copy"),
          v.description("copy: under paths that never change; direct: consumers read the versions' own files"),
        ),
        copy_workers: v.pipe(v.optional(workers, 10), v.description("Projections written at once")),
        merge_workers: v.pipe(v.optional(workers, 5), v.description("Partitions compared and merged at once")),
      }),
      {},
    ),
    v.description("How the consumers' copy is made"),
  ),
  on_revision: v.pipe(
    v.optional(v.picklist(["replace", "keep"]), "replace"),
    v.description("Whether a new value replaces the published one"),
  ),
  on_withdrawal: v.pipe(
    v.optional(v.picklist(["keep", "drop"]), "keep"),
    v.description("Whether what the source no longer has stays published"),
  ),
};

export type StorePolicy = v.InferOutput<v.StrictObjectSchema<typeof policyEntries, undefined>>;
