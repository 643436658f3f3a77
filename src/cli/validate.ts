import { IngestorError, type Problem } from "../core/errors.ts";
import { datasetFiles, datasetIdIn, readDataset } from "../host/datasets.ts";
import { command } from "./command.ts";
import { datasetsFolder, folderArgs, openPlugins, outputArgs, overrideArgs } from "./common.ts";
import { problemLine } from "./errors.ts";
import { formatCount } from "./format.ts";
import type { PluginLookup } from "../core/plugin.ts";
import type { Folder } from "../host/discovery.ts";
import type { Shell } from "./shell.ts";

/** What `validate --json` prints of one dataset file. */
export interface Verdict {
  file: string;
  /** Null where the file does not say. */
  dataset_id: string | null;
  valid: boolean;
  problems: Problem[];
  warnings: Problem[];
}

interface Checking {
  shell: Shell;
  datasets: Folder;
  plugins: PluginLookup;
  sets: readonly string[];
  local: string | undefined;
}

export const validateCommand = command({
  name: "validate",
  description: "Check dataset files as a run would, without running them",
  args: {
    "config...": {
      type: "positional",
      required: false,
      description: "Ids in the datasets folder, or paths of dataset files; all of the folder if none is given",
    },
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, { shell, sets }) {
    const datasets = datasetsFolder(flags, shell);
    const wanted = flags._.length > 0 ? flags._ : allDatasets(datasets);
    const plugins = await openPlugins(flags, shell);
    const verdicts: Verdict[] = [];
    for (const name of wanted) {
      verdicts.push(await judge(name, { shell, datasets, plugins, sets, local: flags.local }));
    }
    verdicts.forEach((verdict) => refuseSameId(verdict, verdicts));
    await shell.print(
      flags.json ? verdicts.map((verdict) => `${JSON.stringify(verdict)}\n`).join("") : verdictText(verdicts),
    );
    return verdicts.every(({ valid }) => valid) ? 0 : 2;
  },
});

/** Two files of one id would undo each other. */
function refuseSameId(verdict: Verdict, all: readonly Verdict[]): void {
  const { dataset_id, file } = verdict;
  const others = all.filter((other) => other.dataset_id === dataset_id && other.file !== file);
  if (dataset_id === null || others.length === 0) return;
  const files = others.map((other) => other.file).join(" and ");
  verdict.problems.push({ message: `dataset_id: "${dataset_id}" is also that of ${files}`, file });
  verdict.valid = false;
}

function allDatasets(folder: Folder): string[] {
  const files = datasetFiles(folder);
  if (files.length > 0) return files;
  throw new IngestorError("ARGUMENT", `Cannot validate "${folder.path}": there are no dataset files in it`, {
    hint: "name dataset files, or their folder with --datasets",
  });
}

async function judge(wanted: string, { shell, datasets, plugins, sets, local }: Checking): Promise<Verdict> {
  const verdict: Verdict = { file: wanted, dataset_id: null, valid: false, problems: [], warnings: [] };
  try {
    const found = await readDataset(wanted, datasets);
    verdict.file = found.file;
    verdict.dataset_id = datasetIdIn(found.text) ?? null;
    const { loadDataset } = await import("../config/load.ts");
    const { dataset, warnings } = await loadDataset({
      ...found,
      plugins,
      env: shell.env,
      set: sets,
      local,
      secret: shell.secrets.add,
    });
    return { ...verdict, dataset_id: dataset.dataset_id, valid: true, warnings };
  } catch (error) {
    if (!(error instanceof IngestorError)) throw error;
    return { ...verdict, problems: problemsOf(error, verdict.file) };
  }
}

function problemsOf({ code, message, problems }: IngestorError, file: string): Problem[] {
  if (code === "CONFIG" && problems.length > 0) return [...problems];
  return [code === "ARGUMENT" ? { message } : { message, file }, ...problems];
}

/** The verdicts for people: a line for each valid file, one for each problem and warning, and how many are valid. */
export function verdictText(verdicts: readonly Verdict[]): string {
  const lines = verdicts.flatMap(({ file, valid, problems, warnings }) => [
    ...(valid ? [`ok ${file}`] : problems.map(problemLine)),
    ...warnings.map((warning) => `warning: ${problemLine(warning)}`),
  ]);
  const valid = verdicts.filter((verdict) => verdict.valid).length;
  const invalid = verdicts.length - valid;
  const count = `${formatCount(valid)} ${valid === 1 ? "dataset" : "datasets"} valid`;
  return [...lines, invalid === 0 ? count : `${count}, ${formatCount(invalid)} not`]
    .map((line) => `${line}\n`)
    .join("");
}
