import { command } from "./command.ts";
import { datasetArg, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDatasets } from "./dataset.ts";
import { wrongArguments } from "./flags.ts";
import { pruneJson, pruneText } from "./prune_text.ts";
import { linesShown } from "./screen.ts";

const usual = { last: 10, days: 30 };

export const pruneCommand = command({
  name: "prune",
  description: "Show what old versions, and what they alone need, can go; with --yes delete it",
  endsInOrder: true,
  args: {
    ...datasetArg,
    "keep-last": { type: "string", valueHint: "N", description: `Keep the newest N versions (${usual.last})` },
    "keep-days": {
      type: "string",
      valueHint: "D",
      description: `Keep what was current at any moment of the last D days (${usual.days})`,
    },
    yes: { type: "boolean", description: "Delete; without it nothing is changed" },
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const keepLast = readCount("--keep-last", flags["keep-last"], 1) ?? usual.last;
    const keepDays = readCount("--keep-days", flags["keep-days"], 0) ?? usual.days;
    const { shell } = invocation;
    const { read, ports } = await openDatasets(flags, invocation);
    const dataset = await read(flags.dataset);
    const { pruneDataset } = await import("../run/prune.ts");
    const pruned = await pruneDataset(dataset, ports, { keepLast, keepDays, yes: flags.yes === true });
    const { dataset_id } = dataset;
    await shell.print(
      flags.json ? pruneJson(dataset_id, pruned) : pruneText(dataset_id, pruned, linesShown(shell, flags.verbose)),
    );
    return 0;
  },
});

function readCount(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  // Dates begin to be no dates beyond a hundred years.
  if (/^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= 36_500) return Number(text);
  throw wrongArguments([`"${flag}" needs a whole number from ${least} to 36500, not "${text}"`]);
}
