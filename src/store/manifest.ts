import * as v from "valibot";
import type { Site } from "./site.ts";

/** What a version changed, in observations and series. */
export interface Changelog {
  new_series: string[];
  updated_series: string[];
  data_points_added: number;
  data_points_revised: number;
  /** Null where the run could not see withdrawals. */
  data_points_withdrawn: number | null;
}

/** Where a version came from. */
export interface SourceInfo {
  url: string;
  sha256: string;
  etag: string | null;
  last_modified: string | null;
  fetched_at: string;
}

/** The description of one version; the field names are a contract with the consumers that exist. */
export interface Manifest {
  version_id: string;
  dataset_id: string;
  created_at: string;
  collection_date: string;
  /** Observations added or revised. */
  data_points_count: number;
  series_count: number;
  series_codes: string[];
  date_range: { min_obs_time: string | null; max_obs_time: string | null };
  /** Relative to `data/`, and so to `projections/`; sorted, each once. */
  json_files: string[];
  /** The same list once more, only of a dataset that is kept as Parquet. */
  parquet_files?: string[];
  partitions: string[];
  partition_strategy: string;
  previous_version: string | null;
  changelog: Changelog;
  source: SourceInfo | null;
  /** The highest fencing token that has published so far. */
  fence: number;
  run_id: string;
  tool: { version: string; plugins: Record<string, string> };
  checks: { name: string; passed: boolean; reason?: string }[];
  /** Of a rollback, the version whose content this one has. */
  rolled_back_to?: string;
}

/** The data files of a version as its manifest lists them. */
export function filesOf(
  { format }: Site,
  partitions: readonly string[],
): Pick<Manifest, "json_files" | "parquet_files"> {
  const files = partitions.map((partition) => `${partition}/${format.file}`);
  return { json_files: files, ...(format.name === "parquet" && { parquet_files: files }) };
}

/**
 * What the program itself relies on in a manifest. One written by the system that this replaces lacks
 * `previous_version` and `fence`.
 */
export const manifestSchema = v.looseObject({
  version_id: v.string(),
  json_files: v.array(v.string()),
  parquet_files: v.optional(v.array(v.string())),
  rolled_back_to: v.optional(v.string()),
  partition_strategy: v.optional(v.string()),
  previous_version: v.optional(v.nullable(v.string())),
  fence: v.optional(v.number(), 0),
  series_codes: v.optional(v.array(v.string()), []),
});

export type ReadManifest = v.InferOutput<typeof manifestSchema>;

const sourceSchema = v.object({
  url: v.string(),
  sha256: v.string(),
  etag: v.nullable(v.string()),
  last_modified: v.nullable(v.string()),
  fetched_at: v.string(),
});

/** Where a version came from, if its manifest says so. */
export function sourceOf(manifest: Readonly<Record<string, unknown>>): SourceInfo | null {
  const read = v.safeParse(sourceSchema, manifest["source"]);
  return read.success ? read.output : null;
}
