import { IngestorError } from "../core/errors.ts";
import { datasetIdIn, readDataset } from "../host/datasets.ts";
import { problemLine } from "./errors.ts";
import { openOutput } from "./observations.ts";
import { exitCodeOfOutcome, outcomeOfFailure, type Outcome } from "./outcome.ts";
import { showOutcome } from "./show_outcome.ts";
import type { Dataset } from "../config/dataset.ts";
import type { RunSession } from "./session.ts";

/** One dataset that was run. */
export interface Done {
  outcome: Outcome;
  seconds: number;
  exitCode: number;
}

/** Runs one dataset and shows what came of it. */
export async function runOne(wanted: string, session: RunSession): Promise<Done> {
  const { shell, display } = session;
  const began = shell.now().getTime();
  const outcome = await outcomeOf(wanted, session);
  const seconds = (shell.now().getTime() - began) / 1000;
  display.end(outcome.report.dataset_id);
  await display.aside(() => showOutcome(wanted, outcome, seconds, session));
  return { outcome, seconds, exitCode: exitCodeOfOutcome(outcome, shell.stop.exitCode()) };
}

async function outcomeOf(wanted: string, session: RunSession): Promise<Outcome> {
  let dataset_id = wanted;
  try {
    const found = await readDataset(wanted, session.datasets);
    dataset_id = datasetIdIn(found.text) ?? wanted;
    const refusal = session.refused.get(wanted);
    if (refusal) throw refusal;
    const { loadDataset } = await import("../config/load.ts");
    const { shell, plugins, sets, local } = session;
    const { env, secrets } = shell;
    const { dataset, warnings } = await loadDataset({ ...found, plugins, env, set: sets, local, secret: secrets.add });
    for (const warning of warnings)
      session.display.show({ kind: "warning", message: problemLine(warning) }, { dataset_id });
    return await runInto(dataset, session);
  } catch (error) {
    return outcomeOfFailure(dataset_id, error, session.shell.now());
  }
}

async function runInto(dataset: Dataset, { ports, full, output, shell }: RunSession): Promise<Outcome> {
  const { run } = await import("../run/run.ts");
  if (output === undefined) return run(dataset, ports, { full });
  if (dataset.load) {
    throw new IngestorError("ARGUMENT", `Cannot print the observations of "${dataset.dataset_id}": it has a loader`, {
      hint: "--output is for datasets without `load`; add --set load=null to run this one without",
    });
  }
  const target = await openOutput(output, shell);
  try {
    return await run(dataset, ports, { full, sink: target.write });
  } finally {
    await target.end();
  }
}
