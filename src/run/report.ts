import { IngestorError, type Problem } from "../core/errors.ts";
import { isoSeconds } from "../core/time.ts";

export type RunStatus = "published" | "unchanged" | "done" | "blocked" | "busy" | "stopped" | "failed";

export interface SeriesReport {
  /** Observations that this run compares or loads: of the source, after the transform, within the window. */
  observations: number;
  last_obs_time: string | null;
}

export interface StageReport {
  stage: string;
  seconds: number;
  /** What was counted: bytes, points, observations, rejected, duplicates, partitions, … */
  counts: Record<string, number>;
}

/** What one run did; written to `runs/{run_id}.json` and, a line each, to stdout with `--json`. */
export interface RunReport {
  dataset_id: string;
  run_id: string;
  status: RunStatus;
  started_at: string;
  finished_at: string;
  /** The version that is current after the run; of a failed run, the one it published, if it came so far. */
  version_id: string | null;
  /** Of a rollback, the version whose content was published again. */
  rolled_back_to?: string;
  /** Whether all that the source has was compared, not only what is newer than the state. */
  full: boolean;
  added: number;
  revised: number;
  /** Null where the run could not see withdrawals. */
  withdrawn: number | null;
  rejected: number;
  /** How often each reason for a rejection came up. */
  rejections: Record<string, number>;
  duplicates: number;
  source: { url: string; sha256: string; bytes: number } | null;
  /** Where the store lies, for people. */
  store: string | null;
  /** Data files written. */
  files: number;
  series: Record<string, SeriesReport>;
  stages: StageReport[];
  warnings: string[];
  error?: { code: string; message: string; hint?: string; problems?: Problem[] };
}

/** The report of a run of which nothing has come yet. */
export function newReport(dataset_id: string, run_id: string, began: Date): RunReport {
  return {
    dataset_id,
    run_id,
    status: "failed",
    started_at: isoSeconds(began),
    finished_at: isoSeconds(began),
    version_id: null,
    full: false,
    added: 0,
    revised: 0,
    withdrawn: null,
    rejected: 0,
    rejections: {},
    duplicates: 0,
    source: null,
    store: null,
    files: 0,
    series: {},
    stages: [],
    warnings: [],
  };
}

/** An error as reports have it. */
export function reportedError(error: unknown): NonNullable<RunReport["error"]> {
  if (!(error instanceof IngestorError)) return { code: "BUG", message: String(error) };
  const { code, message, hint, problems } = error;
  return {
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(problems.length > 0 && { problems: [...problems] }),
  };
}
