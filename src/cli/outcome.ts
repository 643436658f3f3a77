import { IngestorError } from "../core/errors.ts";
import { exitCodeFor, exitCodeOf } from "./exit.ts";
import { newReport, reportedError, type RunReport, type RunStatus } from "../run/report.ts";

/** What came of one dataset: the report, and what was thrown if anything was. */
export interface Outcome {
  report: RunReport;
  error?: unknown;
}

/** The outcome of a dataset that could not be run at all: a report with nothing in it but the error. */
export function outcomeOfFailure(dataset_id: string, error: unknown, now: Date): Outcome {
  return { report: { ...newReport(dataset_id, "", now), error: reportedError(error) }, error };
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
