import type { Dataset } from "../config/dataset.ts";
import { IngestorError } from "../core/errors.ts";
import { datasetFiles } from "../host/datasets.ts";
import type { Diagnosis } from "../run/diagnosis.ts";
import { checkEnvironment } from "./check_environment.ts";
import { command } from "./command.ts";
import { datasetArg, datasetsFolder, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDatasets, type DatasetReader } from "./dataset.ts";
import { doctorText } from "./doctor_text.ts";
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
    const found = [
      ...(await checkEnvironment(reader.ports)),
      ...(wanted === undefined
        ? await checkFiles(datasetFiles(datasetsFolder(flags, shell)), reader)
        : await checkOne(wanted, reader, shell)),
    ];
    await shell.print(flags.json ? jsonText(found) : doctorText(found));
    return found.some(({ status }) => status === "fail") ? 1 : 0;
  },
});

/** Without a dataset: whether each file of the folder is one. */
async function checkFiles(files: readonly string[], reader: DatasetReader): Promise<Diagnosis[]> {
  if (files.length === 0) {
    const todo = "name the folder of the dataset files with --datasets or INGESTOR_DATASETS";
    return [{ status: "warn", what: "datasets", detail: "there are no dataset files", todo }];
  }
  return Promise.all(files.map(async (file) => (await checkFile(file, reader)).found));
}

async function checkFile(file: string, { read }: DatasetReader): Promise<{ found: Diagnosis; dataset?: Dataset }> {
  try {
    const dataset = await read(file);
    return {
      found: { status: "ok", what: "dataset", detail: `${dataset.file} is valid: ${dataset.dataset_id}` },
      dataset,
    };
  } catch (error) {
    if (!(error instanceof IngestorError)) throw error;
    const todo = error.hint ?? `ingestor validate ${file}`;
    return { found: { status: "fail", what: "dataset", detail: errorLine(error), todo } };
  }
}

async function checkOne(wanted: string, reader: DatasetReader, shell: Shell): Promise<Diagnosis[]> {
  const { found, dataset } = await checkFile(wanted, reader);
  if (dataset === undefined) return [found];
  const { checkDataset } = await import("./check_dataset.ts");
  return [found, ...(await checkDataset(dataset, reader.ports, shell))];
}
