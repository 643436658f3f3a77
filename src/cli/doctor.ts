import type { Dataset } from "../config/dataset.ts";
import { IngestorError } from "../core/errors.ts";
import { datasetFiles } from "../host/datasets.ts";
import { inTime, type Diagnosis, type Tell } from "../run/diagnosis.ts";
import { checkEnvironment } from "./check_environment.ts";
import { command } from "./command.ts";
import { datasetArg, datasetsFolder, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDatasets, type DatasetReader } from "./dataset.ts";
import { diagnosisText, totalsText } from "./doctor_text.ts";
import { errorLine } from "./errors.ts";
import { jsonText } from "./screen.ts";
import type { Shell } from "./shell.ts";

export const doctorCommand = command({
  name: "doctor",
  description: "Try out what a run needs: machine, credentials, store, lock, topic, source",
  args: {
    dataset: {
      ...datasetArg.dataset,
      required: false,
      description: `${datasetArg.dataset.description}; without, the machine and all dataset files`,
    },
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const { shell } = invocation;
    const reader = await openDatasets(flags, invocation);
    const { dataset: wanted } = flags;
    const found: Diagnosis[] = [];
    const tell: Tell = (one) => {
      found.push(one);
      return shell.print(flags.json ? jsonText([one]) : diagnosisText(one));
    };
    await checkEnvironment(reader.ports, tell);
    if (wanted === undefined) await checkFiles(datasetFiles(datasetsFolder(flags, shell)), reader, tell);
    else await checkOne(wanted, reader, shell, tell);
    if (!flags.json) await shell.print(totalsText(found));
    return found.some(({ status }) => status === "fail") ? 1 : 0;
  },
});

/** Without a dataset: whether each file of the folder is one. */
async function checkFiles(files: readonly string[], reader: DatasetReader, tell: Tell): Promise<void> {
  if (files.length === 0) {
    const todo = "name the folder of the dataset files with --datasets or INGESTOR_DATASETS";
    return tell({ status: "warn", what: "datasets", detail: "there are no dataset files", todo });
  }
  await Promise.all(files.map((file) => checkFile(file, reader, tell)));
}

async function checkFile(wanted: string, reader: DatasetReader, tell: Tell): Promise<Dataset | undefined> {
  const { found, dataset } = await lookAtFile(wanted, reader);
  await tell(found);
  return dataset;
}

async function lookAtFile(wanted: string, { read }: DatasetReader): Promise<{ found: Diagnosis; dataset?: Dataset }> {
  try {
    const dataset = await inTime(() => read(wanted), "look for what its plugins wait for when they are loaded");
    const detail = `${dataset.file} is valid: ${dataset.dataset_id}`;
    return { found: { status: "ok", what: "dataset", detail }, dataset };
  } catch (error) {
    if (!(error instanceof IngestorError)) throw error;
    const todo = error.hint ?? `ingestor validate ${wanted}`;
    return { found: { status: "fail", what: "dataset", detail: errorLine(error), todo } };
  }
}

async function checkOne(wanted: string, reader: DatasetReader, shell: Shell, tell: Tell): Promise<void> {
  const dataset = await checkFile(wanted, reader, tell);
  if (dataset === undefined) return;
  const { checkDataset } = await import("./check_dataset.ts");
  await checkDataset(dataset, reader.ports, shell, tell);
}
