import { IngestorError } from "../core/errors.ts";
import { datasetIdIn, readDataset } from "../host/datasets.ts";
import { problemLine } from "./errors.ts";
import { openOutput } from "./observations.ts";
import { exitCodeOfOutcome, outcomeOfFailure, type Outcome } from "./outcome.ts";
import { showOutcome } from "./show_outcome.ts";
import type { Dataset } from "../config/dataset.ts";
import type { RunSession } from "./session.ts";

/** Runs one dataset and shows what came of it. Gives its exit code. */
export async function runOne(wanted: string, session: RunSession): Promise<number> {
  const outcome = await outcomeOf(wanted, session);
  session.display.end();
  await showOutcome(wanted, outcome, session);
  return exitCodeOfOutcome(outcome, session.shell.stop.exitCode());
}

async function outcomeOf(wanted: string, session: RunSession): Promise<Outcome> {
  let dataset_id = wanted;
  try {
    const found = await readDataset(wanted, session.datasets);
    dataset_id = datasetIdIn(found.text) ?? wanted;
    const { loadDataset } = await import("../config/load.ts");
    const { shell, plugins, sets, local } = session;
    const { dataset, warnings } = await loadDataset({ ...found, plugins, env: shell.env, set: sets, local });
    for (const warning of warnings) session.messages.warn(problemLine(warning));
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
