import type { Verified } from "../run/verify.ts";
import { command } from "./command.ts";
import { datasetArg, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDatasets } from "./dataset.ts";
import { linesShown } from "./screen.ts";
import { verifyJson, verifyText } from "./verify_text.ts";

export const verifyCommand = command({
  name: "verify",
  description: "Check that everything in the store is there, and is what it was when it was published",
  endsInOrder: true,
  args: {
    ...datasetArg,
    all: { type: "boolean", description: "Check every version and source archive, not only the current version" },
    repair: { type: "boolean", description: "Put right what can be made from the rest, such as projections and state" },
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const { shell } = invocation;
    const { read, ports } = await openDatasets(flags, invocation);
    const dataset = await read(flags.dataset);
    const { verifyDataset } = await import("../run/verify.ts");
    const scope = { all: flags.all === true, repair: flags.repair === true };
    const found: Verified = await verifyDataset(dataset, ports, scope);
    const { dataset_id } = dataset;
    await shell.print(
      flags.json ? verifyJson(dataset_id, found) : verifyText(dataset_id, found, linesShown(shell, flags.verbose)),
    );
    return found.findings.length === 0 ? 0 : 1;
  },
});
