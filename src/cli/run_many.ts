import { inParallel } from "../core/parallel.ts";
import { worstOf } from "./exit.ts";
import { runOne } from "./run_one.ts";
import { countsOf, runsText, type OneOfMany } from "./runs_text.ts";
import type { RunSession } from "./session.ts";

/**
 * Runs datasets, so many at a time, each on its own: what becomes of one is nothing to the others. Gives the worst of
 * their exit codes.
 */
export async function runMany(wanted: readonly string[], concurrency: number, session: RunSession): Promise<number> {
  const { stop } = session.shell;
  const runs: OneOfMany[] = wanted.map((name) => ({ wanted: name, seconds: 0 }));
  const codes: number[] = [];
  await inParallel(concurrency, runs.entries(), async ([index, { wanted: name }]) => {
    if (stop.signal.aborted) return;
    const { outcome, seconds, exitCode } = await runOne(name, session);
    runs[index] = { wanted: name, report: outcome.report, seconds };
    codes.push(exitCode);
  });
  session.display.end();
  await report(runs, session);
  return worstOf(stop.signal.aborted ? [...codes, stop.exitCode() ?? 130] : codes);
}

async function report(runs: readonly OneOfMany[], { json, log, shell }: RunSession): Promise<void> {
  if (log) {
    const fields = { datasets: runs.length, ...countsOf(runs) };
    const level = runs.every(({ report: one }) => one !== undefined && !one.error) ? "info" : "warn";
    log({ level, event: "all_finished", message: `${runs.length} datasets are done`, fields });
  } else if (!json) {
    await shell.print(runsText(runs));
  }
}
