import { IngestorError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { placeOfState } from "../run/standing.ts";
import { resetState, setState } from "../store/edit_state.ts";
import { loadState, type StatePlace } from "../store/state.ts";
import type { Dataset } from "../config/dataset.ts";
import { command, type Invocation } from "./command.ts";
import { folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDatasets, type DatasetFlags } from "./dataset.ts";
import { wrongArguments } from "./flags.ts";
import { jsonText, linesShown } from "./screen.ts";
import { readTimes } from "./state_times.ts";
import { changesText, stateText } from "./state_text.ts";

const actions = ["show", "set", "reset"] as const;
type Action = (typeof actions)[number];

export const stateCommand = command({
  name: "state",
  description: "Show, set or reset how far each series of a dataset was read",
  args: {
    action: {
      type: "positional",
      required: true,
      description: "show; set DATASET CODE=TIME…; or reset DATASET [CODE…], after which the next run reads these whole",
    },
    dataset: {
      type: "positional",
      required: true,
      description: "Id in the datasets folder, or path of a dataset file",
    },
    "series...": { type: "positional", required: false, description: "CODE=TIME to set, CODE to reset; local time" },
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const { shell } = invocation;
    const words = flags._.slice(2);
    const action = readAction(flags.action, words);
    const { dataset, place } = await openState(flags.dataset, flags, invocation);
    if (action === "show") {
      const state = await loadState(place);
      const line = { dataset_id: dataset.dataset_id, place: placeOfState(place), state: state ?? null };
      await shell.print(flags.json ? jsonText([line]) : stateText(line, linesShown(shell, flags.verbose)));
      return 0;
    }
    const known = new Set([...dataset.series.keys(), ...(await knownToState(place))]);
    const changes = await (action === "set"
      ? setState(place, readTimes(words, known))
      : resetState(place, words.length === 0 ? undefined : knownSeries(words, known)));
    const lines = changes.map(({ before = null, after = null, ...change }) => ({ ...change, before, after }));
    await shell.print(flags.json ? jsonText(lines) : changesText(action, changes, linesShown(shell, flags.verbose)));
    return 0;
  },
});

function readAction(text: string, words: readonly string[]): Action {
  const action = actions.find((known) => known === text);
  if (action === undefined) {
    throw wrongArguments([`"${text}" is not one of ${actions.join(", ")}${didYouMean(text, actions)}`]);
  }
  if (action === "show" && words.length > 0) throw wrongArguments([`there is no argument for "${words[0]}"`]);
  if (action === "set" && words.length === 0) throw wrongArguments(["what to set is missing: CODE=TIME"]);
  return action;
}

/** The state of a dataset, whether or not it keeps versions. */
async function openState(
  wanted: string,
  flags: DatasetFlags,
  invocation: Invocation,
): Promise<{ dataset: Dataset; place: StatePlace }> {
  const { read, ports } = await openDatasets(flags, invocation);
  const dataset = await read(wanted);
  const { state } = dataset;
  if (state) return { dataset, place: { objects: ports.openStore(state.location), key: state.key } };
  throw new IngestorError("ARGUMENT", `Cannot use the state of "${dataset.dataset_id}": it keeps none`, {
    hint: `every run compares all that the source has; add state: { kind: file, path: … } to ${dataset.file} to read only what is newer`,
  });
}

/** A state that cannot be read knows nothing; whoever needs it is told so by the one that does. */
async function knownToState(place: StatePlace): Promise<string[]> {
  return Object.keys((await loadState(place).catch(() => undefined)) ?? {});
}

function knownSeries(codes: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const problems = codes
    .filter((code) => !known.has(code))
    .map((code) => `there is no series "${code}"${didYouMean(code, known)}`);
  if (problems.length > 0) throw wrongArguments(problems);
  return codes;
}
