import * as v from "valibot";

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
}

/**
 * What the program itself relies on in a manifest. One written by the system that this replaces lacks
 * `previous_version` and `fence`.
 */
export const manifestSchema = v.looseObject({
  version_id: v.string(),
  json_files: v.array(v.string()),
  partition_strategy: v.optional(v.string()),
  previous_version: v.optional(v.nullable(v.string())),
  fence: v.optional(v.number(), 0),
  series_codes: v.optional(v.array(v.string()), []),
});

export type ReadManifest = v.InferOutput<typeof manifestSchema>;
