import { IngestorError } from "../core/errors.ts";
import { command } from "./command.ts";
import { folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { worstOf } from "./exit.ts";
import { runOne } from "./run_one.ts";
import { openSession } from "./session.ts";
import type { Shell } from "./shell.ts";

const args = {
  "dataset...": {
    type: "positional",
    required: false,
    description: "Ids in the datasets folder, or paths of dataset files (DATASET_ID)",
  },
  ...folderArgs,
  ...overrideArgs,
  full: { type: "boolean", description: "Compare all that the source has, whatever the state says" },
  output: {
    type: "string",
    valueHint: "FILE",
    description: "Write the observations of a dataset without loader there as JSON lines; - is standard output",
  },
  wait: { type: "string", valueHint: "TIME", description: "Wait so long for a busy lock, as in 30s, 10m or 2h" },
  tmp: { type: "string", valueHint: "DIR", description: "Keep temporary files in this folder (TMPDIR, or /tmp)" },
  ...outputArgs,
} as const;

export const runCommand = command({
  name: "run",
  description: "Run datasets, one after another: fetch, compare, and publish what is new",
  args,
  async run(flags, invocation) {
    const wanted = wantedDatasets(flags._, invocation.shell);
    const session = await openSession(flags, invocation);
    const { stop } = invocation.shell;
    const codes: number[] = [];
    for (const name of wanted) {
      if (wanted.length > 1) session.shell.note(`${name}:\n`);
      codes.push(stop.signal.aborted ? (stop.exitCode() ?? 130) : await runOne(name, session));
    }
    return worstOf(codes);
  },
});

function wantedDatasets(given: readonly string[], { env, program }: Shell): readonly string[] {
  if (given.length > 0) return given;
  const id = env["DATASET_ID"];
  if (id !== undefined && id !== "") return [id];
  throw new IngestorError("ARGUMENT", "Cannot run: no dataset is named, and DATASET_ID is not set", {
    hint: `${program} run DATASET`,
  });
}
