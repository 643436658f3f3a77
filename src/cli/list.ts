import { IngestorError } from "../core/errors.ts";
import { inParallel } from "../core/parallel.ts";
import { datasetFiles, datasetIdIn, readDataset } from "../host/datasets.ts";
import { readHead } from "../store/head.ts";
import { bytesOf, totalsOf } from "../store/totals.ts";
import type { Dataset } from "../config/dataset.ts";
import type { Folder } from "../host/discovery.ts";
import { openTarget } from "../run/open_target.ts";
import type { RunReport } from "../run/report.ts";
import type { Site } from "../store/site.ts";
import { command } from "./command.ts";
import { datasetsFolder, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDatasets, type DatasetReader } from "./dataset.ts";
import { exitCodeFor, worstOf } from "./exit.ts";
import { listText } from "./list_text.ts";
import { reportedError } from "../run/report.ts";
import { jsonText, linesShown } from "./screen.ts";

/** What `list` says of one dataset file. */
export interface ListedDataset {
  /** Null where the file does not say. */
  dataset_id: string | null;
  file: string;
  provider: string | null;
  frequency: string | null;
  /** Null where the dataset keeps no versions. */
  store: string | null;
  /** Null where nothing is published. */
  version_id: string | null;
  last_obs_time: string | null;
  /** Null where nothing is published, or an older system did not list it. */
  series: number | null;
  observations: number | null;
  /** Of all that the dataset has in its store. */
  bytes: number | null;
  error?: RunReport["error"];
}

const atOnce = 8;

export const listCommand = command({
  name: "list",
  description: "Show the datasets of the folder: current version, last observation, size",
  args: { ...folderArgs, ...overrideArgs, ...outputArgs },
  async run(flags, invocation) {
    const { shell } = invocation;
    const folder = datasetsFolder(flags, shell);
    const files = allDatasets(folder);
    const reader = await openDatasets(flags, invocation);
    const listed: ListedDataset[] = [];
    await inParallel(atOnce, files.entries(), async ([index, file]) => {
      listed[index] = await listOne(file, folder, reader);
    });
    await shell.print(flags.json ? jsonText(listed) : listText(listed, linesShown(shell, flags.verbose)));
    return worstOf(listed.map(({ error }) => (error ? exitCodeFor(error.code, shell.stop.exitCode()) : 0)));
  },
});

function allDatasets(folder: Folder): string[] {
  const files = datasetFiles(folder);
  if (files.length > 0) return files;
  throw new IngestorError("ARGUMENT", `Cannot list "${folder.path}": there are no dataset files in it`, {
    hint: "--datasets names another folder",
  });
}

/** One that cannot be read is a row as well, and does not stop the others. */
async function listOne(file: string, folder: Folder, { read, ports }: DatasetReader): Promise<ListedDataset> {
  let row = emptyRow(file);
  try {
    row.dataset_id = datasetIdIn((await readDataset(file, folder)).text) ?? null;
    ports.signal.throwIfAborted();
    const dataset = await read(file);
    row = { ...row, ...headingOf(dataset) };
    const target = await openTarget(dataset, ports);
    if (target === undefined) return row;
    row.store = target.site.objects.name;
    return { ...row, ...(await contentOf(target.site)) };
  } catch (error) {
    if (error instanceof IngestorError) return { ...row, error: reportedError(error) };
    throw error;
  }
}

function emptyRow(file: string): ListedDataset {
  const unknown = { provider: null, frequency: null, store: null, version_id: null };
  return {
    dataset_id: null,
    file,
    ...unknown,
    last_obs_time: null,
    series: null,
    observations: null,
    bytes: null,
  };
}

function headingOf({ dataset_id, provider, frequency }: Dataset) {
  return { dataset_id, provider: provider ?? null, frequency: frequency ?? null };
}

async function contentOf(site: Site): Promise<Partial<ListedDataset>> {
  const head = await readHead(site);
  if (head.kind === "empty") return {};
  const totals = head.kind === "version" ? totalsOf(head.snapshot) : {};
  return { version_id: head.version_id, ...totals, bytes: await bytesOf(site) };
}
