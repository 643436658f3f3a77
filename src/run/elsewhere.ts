import { IngestorError } from "../core/errors.ts";
import type { State } from "../core/ports.ts";
import type { Batches } from "../core/plugin.ts";
import { localPart } from "../core/time.ts";
import { loadState, saveState } from "../store/state.ts";
import { blame } from "./blame.ts";
import type { Session } from "./context.ts";
import { stage } from "./diary.ts";
import { extract } from "./extract.ts";
import { readingPlan } from "./incremental.ts";
import { observe } from "./observe.ts";
import type { RunRequest } from "./ports.ts";
import type { RunStatus } from "./report.ts";

/** A run without a versioned store: into a direct loader, or to the sink. The state alone says what is new. */
export async function runElsewhere(session: Session, request: RunRequest): Promise<RunStatus> {
  const { dataset, ports, diary } = session;
  const place = dataset.state && { objects: ports.openStore(dataset.state.location), key: dataset.state.key };
  const saved = place && (await loadState(place));
  const plan = readingPlan(request, saved, undefined, dataset.state?.lookback ?? 0);
  diary.report.full = plan.full;
  const extracted = await extract(session, undefined);
  if (dataset.parse === undefined || extracted === "unchanged") return "done";

  const steps = { parse: dataset.parse, normalize: dataset.normalize };
  const seen: State = { ...saved };
  await consume(session, request, noting(observe(session, extracted.source, steps, plan.from), seen));
  if (place) {
    await saveState(place, saved, seen);
    await place.objects.flush();
  }
  return "done";
}

async function consume(session: Session, request: RunRequest, batches: Batches): Promise<void> {
  const { dataset, ports, diary, context, signal } = session;
  if (dataset.load?.kind !== "direct") {
    for await (const batch of batches) await request.sink?.(batch);
    return;
  }
  const { plugin, options } = dataset.load;
  await stage(diary, ports, "load", async (counts) => {
    const all = untilTheEnd(batches);
    const result = await blame("load", plugin.name, signal, () => plugin.load(all.batches, options, context));
    if (!all.taken()) throw leftOff(plugin.name);
    counts["observations"] = result.loaded;
    diary.report.store = result.destination;
  });
}

/** Holes and layout problems show at the end: a loader that leaves off before has not seen whether all is well. */
function untilTheEnd(source: Batches) {
  let taken = false;
  async function* batches(): Batches {
    yield* source;
    taken = true;
  }
  return { batches: batches(), taken: () => taken };
}

function leftOff(pluginName: string): IngestorError {
  return new IngestorError("STAGE", `Cannot load with "${pluginName}": it left off before the last observation`);
}

/** Keeps the last time of each series that comes by. */
async function* noting(batches: Batches, last: State): Batches {
  for await (const batch of batches) {
    for (const { internal_series_code: code, obs_time } of batch) {
      const local = localPart(obs_time);
      if (!Object.hasOwn(last, code) || local > (last[code] ?? "")) last[code] = local;
    }
    yield batch;
  }
}
