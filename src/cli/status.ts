import { standingOf } from "../run/standing.ts";
import { command } from "./command.ts";
import { datasetArg, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDataset } from "./dataset.ts";
import { jsonText, linesShown } from "./screen.ts";
import { statusText } from "./status_text.ts";

export const statusCommand = command({
  name: "status",
  description: "Show how a dataset stands: current version, projections, state, last runs, age of each series",
  args: {
    ...datasetArg,
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const { shell } = invocation;
    const { target, ports } = await openDataset(flags.dataset, flags, invocation);
    const standing = await standingOf(target, ports.clock.now());
    await shell.print(flags.json ? jsonText([standing]) : statusText(standing, linesShown(shell, flags.verbose)));
    return 0;
  },
});
