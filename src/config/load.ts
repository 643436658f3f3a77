import { IngestorError, type Problem } from "../core/errors.ts";
import type { PluginLookup } from "../core/plugin.ts";
import { canonicalJson } from "./canonical.ts";
import { check } from "./check.ts";
import type { Dataset } from "./dataset.ts";
import { interpolate, type Env } from "./interpolate.ts";
import { readLock, readState } from "./kinds.ts";
import { applyLocal } from "./local.ts";
import { readTree } from "./read.ts";
import { datasetSchema, unmetNeeds } from "./schema.ts";
import { parserSection } from "./sections.ts";
import { checkSeries, seriesOf } from "./series.ts";
import { tellSecrets } from "./secrets.ts";
import { applySet } from "./set.ts";
import { readStages } from "./stages.ts";
import { sortProblems } from "./sort.ts";
import { checkOrder, checkTopic } from "./topic.ts";
import { filterEntries, isNothing, keyPlaceAt, valueOf, type MapNode, type Report } from "./tree.ts";

export interface DatasetInput {
  /** The YAML. */
  text: string;
  /** The path of the file as given, for messages. */
  file: string;
  /** The absolute folder of the file. */
  baseDir: string;
  plugins: PluginLookup;
  env: Env;
  /** `KEY=VALUE`, in order; see `applySet`. */
  set?: readonly string[] | undefined;
  /** The folder that store, state and lock are moved into. */
  local?: string | undefined;
  /** Told of every value that must not be shown, also where the file is wrong otherwise. */
  secret?: ((value: string) => void) | undefined;
}

export interface LoadedDataset {
  dataset: Dataset;
  warnings: Problem[];
}

/**
 * Reads one dataset file: YAML, then `set`, then `local`, then the environment, then the checks of every schema.
 * Throws one `IngestorError` (`CONFIG`) with everything that is wrong, in the order of the file.
 */
export async function loadDataset(input: DatasetInput): Promise<LoadedDataset> {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const report: Report = (problem) => void problems.push(problem);
  const warn: Report = (warning) => void warnings.push(warning);
  const root = await readRoot(input, report, warn);
  const dataset = root && (await readDataset(root, input, report, warn));
  if (dataset === undefined || problems.length > 0) throw unreadable(input.file, problems);
  return { dataset, warnings };
}

function unreadable(file: string, problems: readonly Problem[]): IngestorError {
  const sorted = sortProblems(file, problems);
  const count = sorted.length === 1 ? "1 problem" : `${sorted.length} problems`;
  return new IngestorError("CONFIG", `Cannot read dataset "${file}": ${count}`, { problems: sorted });
}

/** The file as it is to be checked; a key that is null counts as absent. Undefined if there is none, which is reported. */
async function readRoot(input: DatasetInput, report: Report, warn: Report): Promise<MapNode | undefined> {
  const { text, file, env, plugins, local: dir } = input;
  const read = readTree(text, (line, column) => ({ file, line, column }), report);
  const map = read?.kind === "map" ? read : undefined;
  if (read !== undefined && map === undefined) {
    report({ message: isNothing(read) ? "the file is empty" : "expected a map of keys", ...read.place });
  }
  const empty: MapNode = { kind: "map", entries: new Map(), place: { file } };
  const set = (input.set ?? []).reduce((tree, raw) => applySet(tree, raw, report), map ?? empty);
  if (map === undefined) return undefined;
  const moved = dir === undefined ? set : await applyLocal(set, { dir, plugins, env, warn });
  const tree = interpolate(moved, env, report);
  if (input.secret) tellSecrets(tree, env, input.secret);
  return tree.kind === "map" ? filterEntries(tree, (_, { node }) => !isNothing(node)) : undefined;
}

async function readDataset(
  root: MapNode,
  input: DatasetInput,
  report: Report,
  warn: Report,
): Promise<Dataset | undefined> {
  const base = check(datasetSchema, { map: root, nameOf: (path) => path.join(".") }, report);
  for (const [key, problem] of unmetNeeds(new Set(root.entries.keys()))) {
    report({ message: `${key}: ${problem}`, ...keyPlaceAt(root, [key]) });
  }
  const parser = parserSection(root, report);
  if (parser) checkSeries(parser, report);
  const { source, ...stages } = await readStages(root, parser, input.plugins, report);
  if (input.local === undefined && stages.load?.kind === "store") checkTopic(root, input.env, report);
  if (input.local === undefined) checkOrder(root, stages.load, input.env, report);
  const state = readState(root, stages.load, report);
  const lock = readLock(root, { load: stages.load, state, warn }, report);
  if (base === undefined || source === undefined) return undefined;
  return {
    dataset_id: base.dataset_id,
    provider: base.provider,
    frequency: base.frequency,
    tags: base.tags,
    windowInDays: base.windowInDays,
    file: input.file,
    baseDir: input.baseDir,
    source,
    ...stages,
    series: seriesOf(stages.parse?.options),
    state,
    lock,
    silent: input.local !== undefined,
    resolved: canonicalJson(valueOf(root)),
  };
}
