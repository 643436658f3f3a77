import { IngestorError } from "../core/errors.ts";
import { bugText, describeError } from "./errors.ts";
import { logOutcome } from "./log_outcome.ts";
import { runSummary, statusLine } from "./summary.ts";
import type { RunReport } from "../run/report.ts";
import type { Outcome } from "./outcome.ts";
import type { RunSession } from "./session.ts";

/** Shows what came of one dataset: the result on standard output, what went wrong beside it. */
export async function showOutcome(
  wanted: string,
  outcome: Outcome,
  seconds: number,
  session: RunSession,
): Promise<void> {
  const { json, log, many, messages, shell, verbose } = session;
  const { report } = outcome;
  if (json) await shell.print(`${JSON.stringify(report)}\n`);
  if (log) return logOutcome(log, outcome, seconds, verbose);
  const failure = failureText(outcome, verbose);
  // A table of all of them takes the place of the summaries.
  if (many)
    return failure === undefined ? shell.note(`${statusLine(report)}\n`) : messages.fail(named(failure, report));
  if (!json) await showSummary(wanted, report, session);
  if (failure !== undefined) messages.fail(failure);
}

/** Each line says whose it is: those of others may come between. */
function named(text: string, { dataset_id }: RunReport): string {
  const whose = `${dataset_id}: `;
  return text.replaceAll(/^(?=.)/gm, (_, at: number) => (text.startsWith(whose, at) ? "" : whose));
}

async function showSummary(wanted: string, report: RunReport, session: RunSession): Promise<void> {
  const { verbose, output, shell } = session;
  if (!["published", "unchanged", "done"].includes(report.status)) return undefined;
  const text = runSummary(report, { verbose, next: nextCommand(wanted, report, session) });
  // Standard output belongs to the observations then.
  return output === "-" ? shell.note(text) : shell.print(text);
}

/** The same run again, which shows that nothing new is published twice; not where values were put in that may be secret. */
function nextCommand(wanted: string, { status }: RunReport, { shell, sets, kept }: RunSession): string | undefined {
  if (status !== "published" || sets.length > 0) return undefined;
  return [shell.program, "run", wanted, ...kept].map(quoted).join(" ");
}

/** A word as a shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What stands of a run that failed after its pointer had moved. */
function standing({ status, version_id }: RunReport): string {
  if (status !== "failed" || version_id === null) return "";
  return `${version_id} is published all the same; the next run finishes what is left\n`;
}

function failureText({ report, error }: Outcome, verbose: boolean): string | undefined {
  if (error instanceof IngestorError) return describeError(error, verbose) + standing(report);
  // What a stage throws when it is stopped is no bug, whatever it is.
  if (report.status === "stopped") return `${statusLine(report)}\n`;
  if (error !== undefined) return bugText(error) + standing(report);
  if (report.error) return describeError(report.error, verbose) + standing(report);
  return ["blocked", "busy", "failed"].includes(report.status) ? `${statusLine(report)}\n` : undefined;
}
