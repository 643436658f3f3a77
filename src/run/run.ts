import { IngestorError, reasonOf } from "../core/errors.ts";
import type { Dataset, LockSettings } from "../config/dataset.ts";
import type { HeldLock } from "../core/ports.ts";
import { encodeJson } from "../store/json.ts";
import { siteOf, type Site } from "../store/site.ts";
import { stageContext, type Session } from "./context.ts";
import { openDiary, type Diary } from "./diary.ts";
import { runElsewhere } from "./elsewhere.ts";
import type { RunPorts, RunRequest } from "./ports.ts";
import { pluginsOf, recipeOf } from "./recipe.ts";
import type { RunReport, RunStatus } from "./report.ts";
import { runIntoStore } from "./store_run.ts";
import type { StoreTarget } from "./target.ts";

/**
 * One execution of the pipeline. Never throws: what went wrong is in the report, and `error` has the error itself, so
 * that a bug (anything but an `IngestorError`) keeps its stack.
 */
export async function run(
  dataset: Dataset,
  ports: RunPorts,
  request: RunRequest,
): Promise<{ report: RunReport; error?: unknown }> {
  const now = ports.clock.now();
  const run_id = newRunId(now, ports);
  const diary = openDiary(dataset.dataset_id, run_id, ports);
  const target = openTarget(dataset, ports);
  diary.report.store = target?.site.objects.name ?? null;
  try {
    diary.report.status = await locked(dataset, ports, run_id, (lock) =>
      inTempDir(ports, async (tempDir) => {
        const signal = lock ? AbortSignal.any([ports.signal, lock.lost]) : ports.signal;
        const session = await openSession(dataset, ports, diary, { run_id, now, signal, tempDir });
        if (target) return runIntoStore(session, { ...target, token: lock?.token }, request);
        return runElsewhere(session, request);
      }),
    );
  } catch (error) {
    describeFailure(diary, error, ports.signal);
    return { report: await closeReport(diary, target?.site), error };
  }
  return { report: await closeReport(diary, target?.site) };
}

function newRunId(now: Date, ports: RunPorts): string {
  const digits = now.toISOString().replace(/\D/g, "");
  const suffix = Math.floor(ports.random() * 0x1000000)
    .toString(16)
    .padStart(6, "0");
  return `r${digits.slice(0, 8)}_${digits.slice(8, 14)}_${suffix}`;
}

function openTarget({ dataset_id, load, state }: Dataset, ports: RunPorts): StoreTarget | undefined {
  if (load?.kind !== "store") return undefined;
  return {
    site: siteOf(dataset_id, ports.openStore(load.location)),
    step: load,
    state: state && { objects: ports.openStore(state.location), key: state.key },
    token: undefined,
  };
}

async function openSession(
  dataset: Dataset,
  ports: RunPorts,
  diary: Diary,
  here: Pick<Session, "run_id" | "now" | "signal" | "tempDir">,
): Promise<Session> {
  const plugins = await pluginsOf(dataset, ports);
  const recipe = recipeOf(dataset, plugins, ports);
  const context = stageContext(dataset, here.now, here.signal, diary);
  return { dataset, ports, diary, ...here, plugins, recipe, context };
}

/** `busy` where another run holds the lock. */
async function locked(
  { lock: settings, dataset_id }: Dataset,
  ports: RunPorts,
  run_id: string,
  work: (lock: HeldLock | undefined) => Promise<RunStatus>,
): Promise<RunStatus> {
  if (settings === undefined) return work(undefined);
  const held = await take(settings, dataset_id, ports, run_id);
  try {
    return await work(held);
  } finally {
    await held.release();
  }
}

async function take(settings: LockSettings, dataset_id: string, ports: RunPorts, run_id: string): Promise<HeldLock> {
  const answer = await ports.openLock(settings).acquire(settings.key, { owner: ports.owner, run_id });
  if ("held" in answer) return answer.held;
  const { owner, run_id: other, acquired_at, expires_at } = answer.busy;
  const since = `since ${acquired_at.toISOString()}, until ${expires_at.toISOString()}`;
  throw new IngestorError("BUSY", `Cannot run "${dataset_id}": ${owner} holds the lock (run ${other}, ${since})`, {
    hint: "wait for that run to end",
  });
}

async function inTempDir<T>(ports: RunPorts, work: (path: string) => Promise<T>): Promise<T> {
  const { path, remove } = await ports.tempDir();
  try {
    return await work(path);
  } finally {
    await remove();
  }
}

function describeFailure({ report }: Diary, error: unknown, signal: AbortSignal): void {
  if (signal.aborted) report.status = "stopped";
  if (!(error instanceof IngestorError)) {
    report.error = { code: signal.aborted ? "STOPPED" : "BUG", message: String(error) };
    return;
  }
  if (error.code === "BUSY") report.status = "busy";
  const { code, message, hint, problems } = error;
  report.error = {
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(problems.length > 0 && { problems: [...problems] }),
  };
}

/** Writes the report beside the versions. That it cannot be written must not hide what it says. */
async function closeReport(diary: Diary, site: Site | undefined): Promise<RunReport> {
  const report = diary.close();
  if (site === undefined) return report;
  try {
    await site.objects.put(site.keys.run(report.run_id), encodeJson(report));
  } catch (error) {
    diary.warn(`Cannot write the report of run "${report.run_id}": ${reasonOf(error)}`);
  }
  return report;
}
