import { commit, type Outcome, type Publication } from "../store/commit.ts";
import type { Dataset } from "../config/dataset.ts";
import { readHead, snapshotOf, type Head } from "../store/head.ts";
import { sourceOf } from "../store/manifest.ts";
import { currentVersion, versionNamed, type PickedVersion } from "../store/pick.ts";
import { readShown } from "../store/projections.ts";
import { draftRollback } from "../store/rollback.ts";
import { loadState, saveState, stateOf } from "../store/state.ts";
import type { Job } from "./context.ts";
import { stage } from "./diary.ts";
import { flush, followUp } from "./follow_up.ts";
import { manifestOf } from "./manifest.ts";
import { requireTarget } from "./open_target.ts";
import type { RunPorts } from "./ports.ts";
import type { RunStatus } from "./report.ts";
import { reported, type Reported } from "./reported.ts";
import { refuseOtherShape } from "./shape.ts";
import { heal } from "./show.ts";
import type { StoreTarget } from "./target.ts";

const filesInFlight = 16;

/**
 * Publishes the content of an earlier version again, as a version of its own. Throws an `IngestorError` where there is
 * no such version to go back to; what goes wrong after that is in the report.
 */
export async function rollback(dataset: Dataset, ports: RunPorts, version_id: string): Promise<Reported> {
  const { site } = await requireTarget(dataset, ports);
  await currentVersion(site);
  const wanted = await versionNamed(site, version_id);
  return reported(dataset, ports, async (job, target) =>
    goBack(job, target ?? (await requireTarget(dataset, ports)), wanted),
  );
}

async function goBack(job: Job, target: StoreTarget, wanted: PickedVersion): Promise<RunStatus> {
  const { diary } = job;
  const { site, state } = target;
  diary.report.rolled_back_to = wanted.version_id;
  const [head, shown, saved] = await Promise.all([readHead(site), readShown(site), state && loadState(state)]);
  if (head.kind === "version" && head.version_id === wanted.version_id) {
    await heal(job, target, head);
    if (state) await saveState(state, saved, stateOf(head.snapshot));
    await flush(target);
    diary.report.version_id = head.version_id;
    return "unchanged";
  }
  const outcome = await publish(job, target, wanted, head);
  // Not before: projections that lag behind a damaged version cannot be made to show it.
  if (outcome.status === "published") diary.warn(comesBack(job.dataset));
  else await heal(job, target, outcome.head);
  return followUp(job, target, { saved, shown }, outcome);
}

async function publish(job: Job, target: StoreTarget, wanted: PickedVersion, head: Head): Promise<Outcome> {
  const { diary, ports } = job;
  return stage(diary, ports, "load", async (counts) => {
    const outcome = await commit(target.site, publication(job, target, wanted), head);
    const { changed, tally } = outcome.draft;
    const { added, revised, withdrawn } = tally;
    counts["files"] = changed.length;
    Object.assign(diary.report, { added, revised, withdrawn, files: changed.length });
    return outcome;
  });
}

function publication(job: Job, target: StoreTarget, wanted: PickedVersion): Publication {
  const { ports, diary, signal, mayPublish } = job;
  const { site, token, step } = target;
  const made = { target, full: true, source: sourceOf(wanted.manifest), plugins: {} };
  return {
    clock: ports.clock,
    random: ports.random,
    sleep: (ms) => ports.sleep(ms, signal),
    token,
    mayPublish,
    // Who goes back has seen what was wrong with the version that a check may prefer.
    checks: [],
    draft(head, version_id) {
      refuseOtherShape("roll back", target, head);
      return draftRollback(site, version_id, snapshotOf(head), {
        wanted: wanted.snapshot,
        workers: filesInFlight,
        projected: step.policy.projection.mode === "copy",
        lost: (partition) => diary.warn(`what "${partition}" held is lost, so that all of it counts as new`),
        progress(done, total) {
          signal.throwIfAborted();
          ports.notify({ kind: "progress", stage: "load", done, total, unit: "partitions" });
        },
      });
    },
    manifest: (draft, head, fence) => ({
      ...manifestOf(job, made, draft, head, fence),
      rolled_back_to: wanted.version_id,
    }),
  };
}

function comesBack({ dataset_id }: Dataset): string {
  return `the next run of "${dataset_id}" brings the source back: if the source is wrong, keep it from running`;
}
