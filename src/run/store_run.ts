import type { State } from "../core/ports.ts";
import type { Outcome } from "../store/commit.ts";
import { readHead, snapshotOf } from "../store/head.ts";
import { isCovered, readLastSource, saveLastSource, type LastSource } from "../store/last_source.ts";
import { leftOver } from "../store/left_over.ts";
import type { Shown } from "../store/projections.ts";
import type { Snapshot } from "../store/snapshot.ts";
import { loadState, saveState, stateOf } from "../store/state.ts";
import type { Session } from "./context.ts";
import { stage } from "./diary.ts";
import { extract, type Extracted } from "./extract.ts";
import { readingPlan } from "./incremental.ts";
import { observe } from "./observe.ts";
import { publish } from "./publish.ts";
import type { RunStatus } from "./report.ts";
import { heal, show, tell } from "./show.ts";
import type { StoreTarget } from "./target.ts";

/** What was found before the run changed anything. */
interface Before {
  last: LastSource | undefined;
  saved: State | undefined;
  shown: Shown;
}

/** A run into a versioned store, in the order of the commit protocol. What an earlier run left undone comes first. */
export async function runIntoStore(
  session: Session,
  target: StoreTarget,
  request: { full: boolean },
): Promise<RunStatus> {
  const { dataset, diary, recipe } = session;
  const { site, state } = target;
  const [head, last, saved] = await Promise.all([readHead(site), readLastSource(site), state && loadState(state)]);
  const shown = await heal(session, target, head);
  const published = head.kind === "version" ? head.snapshot : undefined;
  const version_id = head.kind === "empty" ? undefined : head.version_id;
  const full = request.full || published === undefined;
  const plan = readingPlan({ full }, saved, published, dataset.state?.lookback ?? 0);
  Object.assign(diary.report, { version_id: version_id ?? null, full: plan.full });

  const comparison = { recipe, full: plan.full, version_id };
  const extracted = await extract(session, isCovered(last, comparison) ? validatorsOf(last) : undefined);
  if (extracted === "unchanged" || isCovered(last, { ...comparison, sha256: extracted.sha256 })) {
    if (state && published) await saveState(state, saved, stateOf(published));
    return "unchanged";
  }
  if (dataset.parse === undefined) return "done";

  const batches = observe(session, extracted.source, { parse: dataset.parse, normalize: dataset.normalize }, plan.from);
  const outcome = await publish(session, { target, head, full: plan.full, extracted }, batches);
  return settle(session, target, { last, saved, shown }, extracted, outcome);
}

function validatorsOf({ etag, last_modified }: LastSource) {
  return { etag: etag ?? undefined, last_modified: last_modified ?? undefined };
}

/** What follows once it is decided what the pointer names: projections, state, the record of the source, announcements. */
async function settle(
  session: Session,
  target: StoreTarget,
  before: Before,
  extracted: Extracted,
  outcome: Outcome,
): Promise<RunStatus> {
  const { diary } = session;
  if (outcome.status === "blocked") {
    outcome.reasons.forEach(diary.warn);
    return "blocked";
  }
  const { version_id, snapshot } = currentAfter(outcome);
  diary.report.version_id = version_id ?? null;
  const shown = outcome.status === "published" ? await showDraft(session, target, before.shown, outcome) : undefined;
  if (target.state) await saveState(target.state, before.saved, stateOf(snapshot));
  await saveLastSource(target.site, before.last, lastSourceOf(session, extracted, version_id));
  if (shown) await tell(session, target, shown);
  await target.site.objects.flush();
  return outcome.status;
}

function currentAfter({ status, head, draft }: Outcome): { version_id: string | undefined; snapshot: Snapshot } {
  if (status === "published") return draft;
  return { version_id: head.kind === "empty" ? undefined : head.version_id, snapshot: snapshotOf(head) };
}

async function showDraft(session: Session, target: StoreTarget, shown: Shown, { head, draft }: Outcome) {
  const { diary, ports } = session;
  return stage(diary, ports, "publish", async (counts) => {
    counts["projections"] = draft.changed.length;
    const snapshots = new Map([[draft.version_id, draft.snapshot]]);
    if (head.kind === "version") snapshots.set(head.version_id, head.snapshot);
    const lastSeen = { version_id: draft.version_id, shown };
    const { version_id: drafted, expectations, content } = draft;
    const showing = await show(session, target, { snapshots, lastSeen, drafted, expectations, content });
    if (head.kind === "unlisted") await reportLeftOver(session, target, draft.snapshot);
    return showing;
  });
}

async function reportLeftOver({ diary }: Session, { site }: StoreTarget, snapshot: Snapshot): Promise<void> {
  const keys = await leftOver(site, snapshot);
  if (keys.length === 0) return;
  const some = keys.slice(0, 5).join(", ");
  diary.warn(`${keys.length} projections of an older system are in no partition of this dataset: ${some}`);
}

function lastSourceOf(
  { diary, recipe }: Session,
  { source, sha256 }: Extracted,
  version_id: string | undefined,
): LastSource {
  return {
    sha256,
    recipe,
    full: diary.report.full,
    version_id: version_id ?? null,
    url: diary.report.source?.url ?? "",
    etag: source.etag ?? null,
    last_modified: source.last_modified ?? null,
  };
}
