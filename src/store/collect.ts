import { IngestorError, type Problem } from "../core/errors.ts";
import { clashingNames } from "../core/names.ts";
import type { Batches } from "../core/plugin.ts";
import { readIso } from "../core/time.ts";
import { collectionDates } from "./collection_dates.ts";
import { gatherSeries, type CollectedSeries, type Instant } from "./collect_series.ts";

const minute = 60_000;
const mostProblems = 20;

/** The observations of one run, in columns: some 20 bytes each, however many there are. */
export interface Collection {
  readonly count: number;
  /** By code, in the order in which they first came. */
  readonly series: ReadonlyMap<string, CollectedSeries>;
  /** What consumers may not bear, and yet is not refused. */
  readonly warnings: readonly string[];
}

/**
 * Takes in every batch. What consumers cannot bear is refused here, before anything is written: a value that is no
 * number, a missing unit, two units in one series, two observations of one instant.
 */
export async function collect(
  batches: Batches,
  defaults: { frequency: string | undefined; now: Date },
): Promise<Collection> {
  const gathered = new Map<string, ReturnType<typeof gatherSeries>>();
  const problems: Problem[] = [];
  const refuse = (message: string) => void problems.push({ message });
  const gathering = {
    defaultFrequency: defaults.frequency,
    instantOf: instants(),
    collectionDates: collectionDates(defaults.now),
  };

  for await (const batch of batches) {
    for (const observation of batch) {
      const code = observation.internal_series_code;
      let series = gathered.get(code);
      if (series === undefined) gathered.set(code, (series = gatherSeries(code, gathering)));
      const refusal = series.add(observation);
      if (refusal !== undefined) refuse(`${code} at ${observation.obs_time}: ${refusal}`);
      if (problems.length >= mostProblems) throw refused(problems);
    }
  }
  const series = new Map<string, CollectedSeries>();
  const warnings: string[] = [];
  const findings = { refuse, warn: (message: string) => void warnings.push(message) };
  for (const [code, columns] of gathered) series.set(code, columns.finish(findings));
  for (const [later, earlier] of clashingNames(series.keys())) {
    refuse(`the series codes "${earlier}" and "${later}" differ only by case or Unicode form`);
  }
  if (problems.length > 0) throw refused(problems);
  return { series, warnings, count: [...series.values()].reduce((sum, { count }) => sum + count, 0) };
}

function refused(problems: Problem[]): IngestorError {
  return new IngestorError("STAGE", "Cannot load what the transform gives: consumers cannot bear it", {
    problems,
    hint: problems.some(({ message }) => message.endsWith("the unit is missing"))
      ? "nothing was published; transform: { plugin: metadata } adds what the series_map says of each series"
      : "nothing was published; correct the series_map or the plugin that makes these",
  });
}

/** Instants by their text, which repeats from series to series. */
function instants() {
  const known = new Map<string, Instant | undefined>();
  return (obs_time: string): Instant | undefined => {
    if (known.has(obs_time)) return known.get(obs_time);
    const read = readIso(obs_time);
    const instant =
      read?.offset === undefined ? undefined : { epoch: read.wall - read.offset * minute, offset: read.offset };
    if (known.size > 100_000) known.clear();
    known.set(obs_time, instant);
    return instant;
  };
}
