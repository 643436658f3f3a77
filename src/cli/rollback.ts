import type { RunReport } from "../run/report.ts";
import { command } from "./command.ts";
import { datasetArg, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDatasets } from "./dataset.ts";
import { openMessages } from "./messages.ts";
import { jsonText, textOf } from "./screen.ts";
import { changesText } from "./summary.ts";

export const rollbackCommand = command({
  name: "rollback",
  description: "Publish the content of an earlier version again, as a version of its own",
  endsInOrder: true,
  args: {
    ...datasetArg,
    version: { type: "positional", required: true, description: "Id of the version to go back to" },
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const { read, ports } = await openDatasets(flags, invocation);
    const dataset = await read(flags.dataset);
    const { rollback } = await import("../run/rollback.ts");
    const { report, error } = await rollback(dataset, ports, flags.version);
    const { warn } = await openMessages(invocation.shell);
    for (const warning of report.warnings) warn(warning, { dataset_id: report.dataset_id });
    if (flags.json) await invocation.shell.print(jsonText([report]));
    if (error !== undefined) throw error;
    if (!flags.json) await invocation.shell.print(rollbackText(report));
    return 0;
  },
});

/** What a rollback came to, as one line. */
export function rollbackText(report: RunReport): string {
  const { dataset_id, status, version_id, rolled_back_to } = report;
  if (status === "published") {
    return textOf([
      `${dataset_id}: published ${version_id} with the content of ${rolled_back_to} (${changesText(report)})`,
    ]);
  }
  if (version_id === rolled_back_to) return textOf([`${dataset_id}: nothing to do, ${version_id} is current`]);
  return textOf([`${dataset_id}: nothing to do, ${version_id} has the content of ${rolled_back_to}`]);
}
