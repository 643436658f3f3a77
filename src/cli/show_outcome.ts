import { IngestorError } from "../core/errors.ts";
import { bugText, describeError } from "./errors.ts";
import { runSummary, statusLine } from "./summary.ts";
import type { RunReport } from "../run/report.ts";
import type { Outcome } from "./outcome.ts";
import type { RunSession } from "./session.ts";

/** Shows what came of one dataset: the result on standard output, what went wrong beside it. */
export async function showOutcome(wanted: string, outcome: Outcome, session: RunSession): Promise<void> {
  await showResult(wanted, outcome.report, session);
  const text = failureText(outcome, session.verbose);
  if (text !== undefined) session.messages.fail(text);
}

async function showResult(wanted: string, report: RunReport, session: RunSession): Promise<void> {
  const { json, verbose, output, shell } = session;
  if (json) return shell.print(`${JSON.stringify(report)}\n`);
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

function failureText({ report, error }: Outcome, verbose: boolean): string | undefined {
  if (error instanceof IngestorError) return describeError(error, verbose);
  // What a stage throws when it is stopped is no bug, whatever it is.
  if (report.status === "stopped") return `${statusLine(report)}\n`;
  if (error !== undefined) return bugText(error);
  if (report.error) return describeError(report.error, verbose);
  return ["blocked", "busy", "failed"].includes(report.status) ? `${statusLine(report)}\n` : undefined;
}
