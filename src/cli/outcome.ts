import { IngestorError } from "../core/errors.ts";
import { isoSeconds } from "../core/time.ts";
import { exitCodeFor, exitCodeOf } from "./exit.ts";
import type { RunReport, RunStatus } from "../run/report.ts";

/** What came of one dataset: the report, and what was thrown if anything was. */
export interface Outcome {
  report: RunReport;
  error?: unknown;
}

/** The outcome of a dataset that could not be run at all: a report with nothing in it but the error. */
export function outcomeOfFailure(dataset_id: string, error: unknown, now: Date): Outcome {
  const report: RunReport = {
    dataset_id,
    run_id: "",
    status: "failed",
    started_at: isoSeconds(now),
    finished_at: isoSeconds(now),
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
    error: reportedError(error),
  };
  return { report, error };
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

const codeOfStatus: Partial<Record<RunStatus, string>> = { blocked: "BLOCKED", busy: "BUSY" };

/** The exit code that one outcome asks for; `stopped` is that of the signal, if one came. */
export function exitCodeOfOutcome({ report, error }: Outcome, stopped?: number): number {
  if (report.status === "stopped") return exitCodeFor("STOPPED", stopped);
  if (error !== undefined && !(error instanceof IngestorError)) return exitCodeOf(error, stopped);
  if (report.error) return exitCodeFor(report.error.code, stopped);
  const code = codeOfStatus[report.status];
  if (code !== undefined) return exitCodeFor(code, stopped);
  return report.status === "failed" ? 1 : 0;
}
