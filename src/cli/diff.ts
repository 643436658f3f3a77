import { compareVersions, type Change } from "../store/compare.ts";
import { currentVersion, versionBefore, versionNamed, type PickedVersion } from "../store/pick.ts";
import type { Site } from "../store/site.ts";
import { emptySnapshot } from "../store/snapshot.ts";
import { command } from "./command.ts";
import { datasetArg, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDataset } from "./dataset.ts";
import { changeChunks, diffSummary, newDiffTally, type DiffTally } from "./diff_text.ts";
import { printChunks } from "./output_file.ts";
import { jsonText, linesShown } from "./screen.ts";

export const diffCommand = command({
  name: "diff",
  description: "Show the observations added, revised and withdrawn between two versions",
  args: {
    ...datasetArg,
    a: { type: "positional", required: false, description: "The earlier version; the one before B if it is not given" },
    b: { type: "positional", required: false, description: "The later version; the current one if it is not given" },
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const { shell } = invocation;
    const { target } = await openDataset(flags.dataset, flags, invocation);
    const [before, after] = await pickBoth(target.site, flags.a, flags.b);
    const changes = compareVersions(target.site, before?.snapshot ?? emptySnapshot, after.snapshot);
    const tally = newDiffTally();
    const counted = countChanges(changes, tally, shell.stop.signal);
    if (flags.json) await printChunks(jsonChunks(counted), shell);
    else {
      // Half a screen for the changes, and half for the series.
      const most = linesShown(shell, flags.verbose) / 2;
      await printChunks(changeChunks(counted, most), shell);
      await shell.print(diffSummary(target.site.dataset_id, before?.version_id, after.version_id, tally, most));
    }
    return 0;
  },
});

/** Undefined is what was there before the first version. */
async function pickBoth(
  site: Site,
  a: string | undefined,
  b: string | undefined,
): Promise<[before: PickedVersion | undefined, after: PickedVersion]> {
  const [before, after] = await Promise.all([
    a === undefined ? undefined : versionNamed(site, a),
    b === undefined ? currentVersion(site) : versionNamed(site, b),
  ]);
  return [before ?? (await versionBefore(site, after)), after];
}

async function* countChanges(changes: AsyncIterable<Change[]>, tally: DiffTally, signal: AbortSignal) {
  for await (const batch of changes) {
    signal.throwIfAborted();
    for (const change of batch) tally.count(change);
    yield batch;
  }
}

async function* jsonChunks(changes: AsyncIterable<Change[]>): AsyncGenerator<string, void, void> {
  for await (const batch of changes) yield jsonText(batch.map(changeLine));
}

/** The series and the time stand once. */
function changeLine({ change, internal_series_code, obs_time, before, after }: Change) {
  return { change, internal_series_code, obs_time, before: contentOf(before), after: contentOf(after) };
}

function contentOf(row: Change["before"]) {
  if (row === undefined) return undefined;
  const { value, unit, frequency, collection_date } = row;
  return { value, unit, frequency, collection_date };
}
