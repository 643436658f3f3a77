import { IngestorError } from "../core/errors.ts";
import { bugText, causesOf, errorLine, problemLine } from "./errors.ts";
import type { Log, LogEvent, LogFields } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import { statusLine } from "./summary.ts";
import type { RunStatus } from "../run/report.ts";

const levels: Record<RunStatus, LogEvent["level"]> = {
  published: "info",
  unchanged: "info",
  done: "info",
  busy: "warn",
  stopped: "warn",
  blocked: "error",
  failed: "error",
};

/** The last event of a run: what came of it. */
export function logOutcome(log: Log, outcome: Outcome, seconds: number, verbose: boolean): void {
  const { report } = outcome;
  const { dataset_id, run_id, status, version_id, full, added, revised, withdrawn, rejected, duplicates, files } =
    report;
  const run = { dataset_id, ...(run_id !== "" && { run_id }), status, seconds, version_id };
  const counts = { full, added, revised, withdrawn, rejected, duplicates, files };
  log({
    level: levels[status],
    event: "run_finished",
    message: report.error ? errorLine(report.error) : statusLine(report),
    fields: { ...run, ...counts, ...errorFields(outcome, verbose) },
  });
}

/** Why, what to do about it, and of a bug its stack. */
function errorFields({ report, error }: Outcome, verbose: boolean): LogFields {
  if (report.error === undefined) return {};
  const { code, hint, problems = [] } = report.error;
  const isBug = error !== undefined && !(error instanceof IngestorError) && report.status !== "stopped";
  const causes = verbose && error instanceof IngestorError ? causesOf(error.cause) : [];
  return {
    error_code: code,
    ...(hint !== undefined && { hint }),
    ...(problems.length > 0 && { problems: problems.map(problemLine) }),
    ...(causes.length > 0 && { causes }),
    ...(isBug && { stack: bugText(error) }),
  };
}
