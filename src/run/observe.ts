import { setImmediate as breath } from "node:timers/promises";
import { IngestorError, type Problem } from "../core/errors.ts";
import type { Step } from "../config/dataset.ts";
import type { Observation, ParsedPoint } from "../core/observation.ts";
import type { Batches, Normalizer, Parser, RawSource, Transformer } from "../core/plugin.ts";
import { localPart } from "../core/time.ts";
import { inBatches, metered, type Meter } from "./batches.ts";
import { blamed, blameEach } from "./blame.ts";
import type { Session } from "./context.ts";
import { layoutGuard } from "./guard.ts";
import { refuseMisshapen } from "./shape_check.ts";

/** Per series code the local time from which this run reads; undefined: the whole series. */
export type ReadFrom = (internal_series_code: string) => string | undefined;

/** Parse, normalize and transform as one stream: nothing is read ahead of what is asked for. */
export async function* observe(
  session: Session,
  source: RawSource,
  steps: { parse: Step<Parser>; normalize: Step<Normalizer> | undefined },
  from: ReadFrom,
): AsyncIterable<Observation[]> {
  const meters: [string, Meter, Record<string, number>][] = [];
  const { diary } = session;
  const { now } = session.ports.clock;
  const measure = <T>(name: string, items: AsyncIterable<T[]>, what: string): AsyncIterable<T[]> => {
    const [meter, counts] = [{ waited: 0 }, { [what]: 0 }];
    meters.push([name, meter, counts]);
    return metered(counted(items, counts, what), meter, now, session.signal);
  };

  session.ports.notify({ kind: "started", stage: "parse" });
  const points = measure("parse", parsed(session, source, steps.parse, from), "points");
  if (steps.normalize === undefined) {
    for await (const _ of points);
  } else {
    let batches = measure("normalize", normalized(session, points, steps.normalize, from), "observations");
    const { transform } = session.dataset;
    for (const step of transform) batches = transformed(session, batches, step);
    if (transform.length > 0) batches = measure("transform", batches, "observations");
    for await (const batch of withinWindow(session, batches, meters.at(-1)?.[2] ?? {})) {
      batch.forEach(diary.saw);
      yield batch;
    }
    refuseHoles(session, from);
  }
  report(session, meters);
}

async function* parsed(session: Session, source: RawSource, { plugin, options }: Step<Parser>, from: ReadFrom) {
  const { context, signal, ports } = session;
  const guard = layoutGuard(plugin.name);
  const parseContext = { ...context, lastObsTime: from, guard };
  let done = 0;
  for await (const batch of blameEach("parse", plugin.name, signal, () =>
    inBatches(plugin.parse(source, options, parseContext)),
  )) {
    signal.throwIfAborted();
    refuseMisshapen("parse", plugin.name, batch);
    yield batch;
    // Stages that never wait would keep signals, and the lease of the lock, from being heard before their end.
    await breath();
    ports.notify({ kind: "progress", stage: "parse", done: (done += batch.length), unit: "rows" });
  }
  guard.settle();
}

async function* normalized(
  session: Session,
  points: AsyncIterable<ParsedPoint[]>,
  { plugin, options }: Step<Normalizer>,
  from: ReadFrom,
): AsyncIterable<Observation[]> {
  const { context, signal, diary } = session;
  try {
    const normalize = plugin.normalize(options, { ...context, count: diary.count });
    for await (const batch of points) {
      const observations: Observation[] = [];
      for (const point of batch) {
        const result = normalize(point);
        if (result === undefined) continue;
        if ("rejected" in result) {
          diary.reject(result.rejected);
          continue;
        }
        refuseMisshapen("normalize", plugin.name, [result]);
        if (!isNew(result, from)) continue;
        diary.arrived(result.internal_series_code);
        observations.push(result);
      }
      yield observations;
    }
  } catch (error) {
    throw blamed("normalize", plugin.name, error, signal);
  }
}

/** A parser may yield more than it was asked for; what an incremental run compares is the same all the same. */
function isNew({ internal_series_code, obs_time }: Observation, from: ReadFrom): boolean {
  const last = from(internal_series_code);
  return last === undefined || localPart(obs_time) > last;
}

async function* transformed(
  { context, signal }: Session,
  batches: Batches,
  { plugin, options }: Step<Transformer>,
): Batches {
  for await (const batch of blameEach("transform", plugin.name, signal, () =>
    plugin.transform(batches, options, context),
  )) {
    refuseMisshapen("transform", plugin.name, batch);
    yield batch;
  }
}

async function* withinWindow({ dataset, now }: Session, batches: Batches, counts: Record<string, number>): Batches {
  if (dataset.windowInDays === undefined) return yield* batches;
  const since = sinceOf(dataset.windowInDays, now);
  for await (const batch of batches) {
    const recent = batch.filter(({ obs_time }) => Date.parse(obs_time) >= since);
    counts["outside the window"] = (counts["outside the window"] ?? 0) + batch.length - recent.length;
    yield recent;
  }
}

/** The first instant of the window, in milliseconds since 1970; all of time without one. */
export function sinceOf(windowInDays: number | undefined, now: Date): number {
  return windowInDays === undefined ? Number.NEGATIVE_INFINITY : now.getTime() - windowInDays * 86_400_000;
}

function refuseHoles(session: Session, from: ReadFrom): void {
  const { dataset, diary } = session;
  const empty = [...dataset.series.keys()].filter((code) => from(code) === undefined && diary.arrivalsOf(code) === 0);
  if (dataset.series.size === 0 && diary.report.full && diary.arrivals() === 0) throw nothingAtAll(session);
  if (empty.length === 0) return;
  const problems: Problem[] = empty.map((code) => ({ message: `${code}: the source gives no observation at all` }));
  throw new IngestorError("STAGE", `Cannot load "${dataset.dataset_id}": ${empty.length} series without observations`, {
    problems,
    hint: "nothing was published; correct the series_map, or take the series out of it",
  });
}

function nothingAtAll({ dataset }: Session): IngestorError {
  return new IngestorError("STAGE", `Cannot load "${dataset.dataset_id}": the source gives no observation at all`, {
    hint: "nothing was published; compare the source with what the parser is told of it",
  });
}

async function* counted<T>(batches: AsyncIterable<T[]>, counts: Record<string, number>, what: string) {
  for await (const batch of batches) {
    counts[what] = (counts[what] ?? 0) + batch.length;
    yield batch;
  }
}

/** A stage's own time is what was waited for it, less what it waited for the stage before. */
function report({ diary, ports }: Session, meters: [string, Meter, Record<string, number>][]): void {
  let before = 0;
  for (const [stage, { waited }, counts] of meters) {
    const seconds = (waited - before) / 1000;
    before = waited;
    const { rejected, duplicates } = diary.report;
    if (stage === "normalize") Object.assign(counts, { rejected, duplicates }, diary.counts);
    diary.report.stages.push({ stage, seconds, counts });
    ports.notify({ kind: "finished", stage, seconds, counts });
  }
}
