import { IngestorError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import type { StoredObservation } from "../core/observation.ts";
import { currentVersion, versionAsOf, versionNamed, type PickedVersion } from "../store/pick.ts";
import { readSelected, selectPartitions, type SelectedPartition } from "../store/select.ts";
import type { Site } from "../store/site.ts";
import { command } from "./command.ts";
import { datasetArg, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDataset } from "./dataset.ts";
import { encode } from "./encode.ts";
import { formatCount } from "./format.ts";
import { printChunks, writeFile } from "./output_file.ts";
import { readRequest, type ReadRequest } from "./read_request.ts";
import { linesShown, moreLine } from "./screen.ts";

export const readCommand = command({
  name: "read",
  description: "Print the observations of a dataset, of the current version or of one before it",
  endsInOrder: true,
  args: {
    ...datasetArg,
    series: { type: "string", valueHint: "CODE,…", description: "Only these series; may be repeated" },
    from: { type: "string", valueHint: "DATE", description: "Only from then on: 2024, 2024-05, 2024-05-03 or a time" },
    to: { type: "string", valueHint: "DATE", description: "Only up to the end of that year, month, day, or that time" },
    version: { type: "string", valueHint: "VERSION", description: "Read this version" },
    "as-of": {
      type: "string",
      valueHint: "TIME",
      description: "Read what was known then; a day means its end, and a time without offset is in UTC",
    },
    format: {
      type: "string",
      valueHint: "FORMAT",
      description: "table, csv, json, jsonl or parquet; else by the name of the file, or csv, or table on a terminal",
    },
    output: { type: "string", valueHint: "FILE", description: "Write there; - is standard output" },
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const { shell } = invocation;
    const request = readRequest(flags, shell);
    const { target } = await openDataset(flags.dataset, flags, invocation);
    const version = await pick(target.site, request);
    const selection = { series: wantedSeries(request.series, version), from: request.from, to: request.to };
    const partitions = selectPartitions(version.snapshot, selection);
    const rows = readSelected(target.site, partitions, selection);

    const most = request.output === undefined && flags.output !== "-" ? linesShown(shell, flags.verbose) : Infinity;
    const tally = { shown: 0 };
    const chunks = encode[request.format](counted(rows, most, tally, shell.stop.signal));
    if (request.output === undefined) await printChunks(chunks, shell);
    else await writeFile(request.output, chunks);
    shell.note(remark(version, request, tally.shown, tally.shown === most ? partitions : []));
    return 0;
  },
});

function pick(site: Site, { version, asOf }: ReadRequest): Promise<PickedVersion> {
  if (version !== undefined) return versionNamed(site, version);
  return asOf === undefined ? currentVersion(site) : versionAsOf(site, asOf);
}

function wantedSeries(text: string | undefined, { version_id, snapshot }: PickedVersion): Set<string> | undefined {
  if (text === undefined) return undefined;
  const known = snapshot.series;
  const wanted = new Set(known.has(text) ? [text] : text.split(",").map((code) => code.trim()));
  const unknown = [...wanted].filter((code) => !known.has(code));
  if (unknown.length === 0) return wanted;
  const problems = unknown.map((code) => ({
    message: `there is no series "${code}"${didYouMean(code, known.keys())}`,
  }));
  const [first, ...others] = problems;
  const what = others.length === 0 ? first?.message : `${formatCount(problems.length)} series are not in it`;
  throw new IngestorError("ARGUMENT", `Cannot read version "${version_id}": ${what}`, {
    problems: others.length === 0 ? [] : problems,
  });
}

/** At most so many observations, counted, until somebody stops it. */
async function* counted(
  batches: AsyncIterable<StoredObservation[]>,
  most: number,
  tally: { shown: number },
  signal: AbortSignal,
): AsyncGenerator<StoredObservation[], void, void> {
  for await (const batch of batches) {
    signal.throwIfAborted();
    const shown = batch.slice(0, most - tally.shown);
    tally.shown += shown.length;
    yield shown;
    if (tally.shown >= most) return;
  }
}

/** What is to be said beside the observations; `partitions` where not all that they hold may have been shown. */
function remark(
  { version_id }: PickedVersion,
  { output }: ReadRequest,
  shown: number,
  partitions: readonly SelectedPartition[],
): string {
  if (shown === 0) return `no observations in version ${version_id} are of these series and times\n`;
  if (output !== undefined) return `${formatCount(shown)} observations of version ${version_id} in ${output}\n`;
  const more = partitions.reduce((sum, { entry }) => sum + entry.rows, 0) - shown;
  if (more <= 0) return "";
  const line = moreLine(more, "use --output FILE or a pipe, or -v");
  return `${partitions.every(({ whole }) => whole) ? line : line.replace("and", "and up to")}\n`;
}
