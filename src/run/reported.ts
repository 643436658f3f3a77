import { reasonOf } from "../core/errors.ts";
import type { Dataset } from "../config/dataset.ts";
import { encodeJson } from "../store/json.ts";
import type { Site } from "../store/site.ts";
import type { Job } from "./context.ts";
import { openDiary, type Diary } from "./diary.ts";
import { locked } from "./holdings.ts";
import { openTarget } from "./open_target.ts";
import type { RunPorts } from "./ports.ts";
import { catchStrays } from "./strays.ts";
import { reportedError, type RunReport, type RunStatus } from "./report.ts";
import { newRunId } from "./run_id.ts";
import type { StoreTarget } from "./target.ts";

/** What came of a job. */
export interface Reported {
  report: RunReport;
  /** What was thrown, so that a bug (anything but an `IngestorError`) keeps its stack. */
  error?: unknown;
}

/** Does a job under the dataset's lock and keeps its report beside the versions. Never throws: what went wrong is in the report. */
export async function reported(
  dataset: Dataset,
  given: RunPorts,
  work: (job: Job, target: StoreTarget | undefined) => Promise<RunStatus>,
): Promise<Reported> {
  const { dataset_id } = dataset;
  const run_id = newRunId(given.clock.now(), given.random);
  const ports: RunPorts = { ...given, notify: (event) => given.notify(event, { dataset_id, run_id }) };
  const diary = openDiary(dataset_id, run_id, ports);
  ports.notify({ kind: "opened" });
  const strays = catchStrays(dataset, ports);
  let site: Site | undefined;
  try {
    const target = await openTarget(dataset, ports);
    site = target?.site;
    diary.report.store = site?.objects.name ?? null;
    diary.report.status = await locked(dataset, ports, { run_id, warn: diary.warn }, (lock) => {
      const signal = AbortSignal.any([ports.signal, strays.signal, ...(lock ? [lock.lost] : [])]);
      const mayPublish = () => {
        lock?.check();
        signal.throwIfAborted();
      };
      // The lock may have been waited for.
      const job = { dataset, ports, diary, run_id, now: ports.clock.now(), signal, mayPublish };
      return work(job, target && { ...target, token: lock?.token });
    });
    // Too late to stop what is done.
    if (strays.signal.aborted) diary.warn(reasonOf(strays.signal.reason));
  } catch (error) {
    describeFailure(diary, error, ports.signal);
    return { report: await closeReport(diary, site), error };
  } finally {
    strays.release();
  }
  return { report: await closeReport(diary, site) };
}

function describeFailure({ report }: Diary, error: unknown, signal: AbortSignal): void {
  report.error = reportedError(error);
  if (signal.aborted) report.status = "stopped";
  // What a stage throws when it is stopped is no bug, whatever it is.
  if (signal.aborted && report.error.code === "BUG") report.error.code = "STOPPED";
  if (report.error.code === "BUSY") report.status = "busy";
}

/** Writes the report beside the versions. That it cannot be written must not hide what it says. */
async function closeReport(diary: Diary, site: Site | undefined): Promise<RunReport> {
  const report = diary.close();
  if (site === undefined) return report;
  try {
    await site.objects.put(site.keys.run(report.run_id), encodeJson(report));
  } catch (error) {
    // What ended the run is said already.
    if (reasonOf(error) !== report.error?.message) {
      diary.warn(`Cannot write the report of run "${report.run_id}": ${reasonOf(error)}`);
    }
  }
  return report;
}
