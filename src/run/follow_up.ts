import { unlessAborted } from "../core/abort.ts";
import type { State } from "../core/ports.ts";
import type { Outcome } from "../store/commit.ts";
import { snapshotOf } from "../store/head.ts";
import { leftOver } from "../store/left_over.ts";
import type { Shown } from "../store/projections.ts";
import type { Snapshot } from "../store/snapshot.ts";
import { saveState, stateOf } from "../store/state.ts";
import type { Job } from "./context.ts";
import { stage } from "./diary.ts";
import type { RunStatus } from "./report.ts";
import { show, tell } from "./show.ts";
import type { StoreTarget } from "./target.ts";

/** What follows from the pointer, as it was found before. */
export interface Before {
  saved: State | undefined;
  shown: Shown;
}

/**
 * Steps 6 to 8 of a commit, once it is decided what the pointer names: projections, state, what the job itself keeps
 * of the current version, announcements.
 */
export async function followUp(
  job: Job,
  target: StoreTarget,
  before: Before,
  outcome: Outcome,
  keep: (version_id: string | undefined) => Promise<void> = async () => {},
): Promise<RunStatus> {
  const { diary } = job;
  const { version_id, snapshot } = currentAfter(outcome);
  const previous_version = outcome.head.kind === "empty" ? null : outcome.head.version_id;
  // Of a job that fails from here on, the report names only a version that the job itself published.
  if (outcome.status !== "unchanged") diary.report.version_id = version_id ?? null;
  if (outcome.status === "blocked") {
    outcome.reasons.forEach(diary.warn);
    return "blocked";
  }
  const shown = outcome.status === "published" ? await showDraft(job, target, before.shown, outcome) : undefined;
  if (target.state) await saveState(target.state, before.saved, stateOf(snapshot));
  await keep(version_id);
  await flush(target);
  if (shown && version_id) {
    // Whoever listens may not answer; the next run tells what this one could not.
    await unlessAborted(job.ports.signal, tell(job, target, { version_id, previous_version }, shown));
    await flush(target);
  }
  diary.report.version_id = version_id ?? null;
  return outcome.status;
}

/** Returns once all that was written would survive a loss of power. */
export function flush({ site, state }: Pick<StoreTarget, "site" | "state">): Promise<unknown> {
  return Promise.all([site.objects.flush(), state?.objects.flush()]);
}

function currentAfter({ status, head, draft }: Outcome): { version_id: string | undefined; snapshot: Snapshot } {
  if (status === "published") return draft;
  return { version_id: head.kind === "empty" ? undefined : head.version_id, snapshot: snapshotOf(head) };
}

async function showDraft(job: Job, target: StoreTarget, shown: Shown, { head, draft }: Outcome) {
  const { diary, ports } = job;
  return stage(diary, ports, "publish", async (counts) => {
    counts["projections"] = target.step.policy.projection.mode === "copy" ? draft.changed.length : 0;
    const snapshots = new Map([[draft.version_id, draft.snapshot]]);
    if (head.kind === "version") snapshots.set(head.version_id, head.snapshot);
    const { version_id: drafted, expectations, content } = draft;
    const showing = await show(job, target, drafted, shown, { snapshots, drafted, expectations, content });
    if (head.kind === "unlisted") await reportLeftOver(job, target, draft.snapshot);
    return showing;
  });
}

async function reportLeftOver({ diary }: Job, { site }: StoreTarget, snapshot: Snapshot): Promise<void> {
  const keys = await leftOver(site, snapshot);
  if (keys.length === 0) return;
  const some = keys.slice(0, 5).join(", ");
  diary.warn(`${keys.length} projections of an older system are in no partition of this dataset: ${some}`);
}
