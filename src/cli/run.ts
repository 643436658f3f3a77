import { command } from "./command.ts";
import { folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { wrongArguments } from "./flags.ts";
import { runMany } from "./run_many.ts";
import { runOne } from "./run_one.ts";
import { selectDatasets } from "./selection.ts";
import { openSession, type RunSession } from "./session.ts";

const mostAtOnce = 64;

const args = {
  "dataset...": {
    type: "positional",
    required: false,
    description: "Ids in the datasets folder, or paths of dataset files (DATASET_ID)",
  },
  all: { type: "boolean", description: "Run all datasets of the folder" },
  tag: { type: "string", valueHint: "TAG", description: "Run the datasets of the folder that have this tag" },
  shard: {
    type: "string",
    valueHint: "I/N",
    description: "Run only this part of them, from 0 (AWS Batch and Kubernetes name it; INGESTOR_SHARDS is N)",
  },
  concurrency: { type: "string", valueHint: "N", description: "Run so many at a time; 1 unless told otherwise" },
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
  description: "Run datasets: fetch, compare, and publish what is new",
  endsInOrder: true,
  args,
  async run(flags, invocation) {
    const { shell } = invocation;
    const concurrency = readConcurrency(flags.concurrency);
    const selection = await selectDatasets(flags._, flags, shell);
    const { wanted, many, empty } = selection;
    const session = await openSession(flags, invocation, selection);
    if (empty !== undefined) {
      tellEmpty(empty, session);
      return 0;
    }
    const [only] = wanted;
    if (many || only === undefined) return runMany(wanted, concurrency, session);
    return (await runOne(only, session)).exitCode;
  },
});

function readConcurrency(text: string | undefined): number {
  if (text === undefined) return 1;
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= mostAtOnce) return number;
  throw wrongArguments([`"--concurrency" wants a number from 1 to ${mostAtOnce}`]);
}

function tellEmpty(message: string, { log, shell }: RunSession): void {
  if (log) log({ level: "info", event: "nothing_to_do", message });
  else shell.note(`${message}\n`);
}
