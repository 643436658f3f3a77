import { reasonOf } from "../core/errors.ts";
import type { State } from "../core/ports.ts";
import { readHead, snapshotOf, type Head } from "../store/head.ts";
import { isCovered, isReadOtherwise, readLastSource, saveLastSource, type LastSource } from "../store/last_source.ts";
import type { Snapshot } from "../store/snapshot.ts";
import { decodeState, isSetBack, saveState, stateOf, type StatePlace } from "../store/state.ts";
import type { Session } from "./context.ts";
import type { Diary } from "./diary.ts";
import { extract, type Extracted } from "./extract.ts";
import { flush, followUp } from "./follow_up.ts";
import { leavesNoGap, readingPlan } from "./incremental.ts";
import { observe } from "./observe.ts";
import { publish } from "./publish.ts";
import type { RunStatus } from "./report.ts";
import { refuseOtherShape } from "./shape.ts";
import { heal } from "./show.ts";
import type { StoreTarget } from "./target.ts";

/** What was found before the run changed anything. */
interface Before {
  last: LastSource | undefined;
  saved: State | undefined;
}

/** A run into a versioned store, in the order of the commit protocol. What an earlier run left undone comes first. */
export async function runIntoStore(
  session: Session,
  target: StoreTarget,
  request: { full: boolean },
): Promise<RunStatus> {
  const { dataset, diary, recipe } = session;
  const { site, state } = target;
  const [head, last, saved] = await Promise.all([
    readHead(site),
    readLastSource(site),
    state && stateHint(state, diary),
  ]);
  refuseOtherShape("publish", target, head);
  const shown = await heal(session, target, head);
  const published = head.kind === "version" ? head.snapshot : undefined;
  const version_id = head.kind === "empty" ? undefined : head.version_id;
  const reread = isReadOtherwise(last, session.reading);
  const full = request.full || published === undefined || reread || wentBack(head, last);
  const planOn = (snapshot?: Snapshot) => readingPlan({ full }, saved, snapshot, dataset.state?.lookback ?? 0);
  const plan = planOn(published);
  diary.report.full = plan.full;

  const comparison = { recipe, full: plan.full || isSetBack(saved, snapshotOf(head)), version_id };
  const extracted = await extract(session, isCovered(last, comparison) ? validatorsOf(last) : undefined);
  if (extracted === "unchanged" || isCovered(last, { ...comparison, sha256: extracted.sha256 })) {
    await refresh(session, target, { last, saved }, published, extracted);
    diary.report.version_id = version_id ?? null;
    return "unchanged";
  }
  if (dataset.parse === undefined) return "done";

  const batches = observe(session, extracted.source, { parse: dataset.parse, normalize: dataset.normalize }, plan.from);
  const fits = (codes: Iterable<string>, now: Head) =>
    (plan.full || !wentBack(now, last)) && leavesNoGap(codes, plan.from, planOn(snapshotOf(now)).from);
  const outcome = await publish(session, { target, head, full: plan.full, reread, extracted, fits }, batches);
  return followUp(session, target, { saved, shown }, outcome, (current) =>
    saveLastSource(site, last, lastSourceOf(session, extracted, current)),
  );
}

/** Whether an older version was published again, and not compared with the source since: it may be older in any place. */
function wentBack(head: Head, last: LastSource | undefined): boolean {
  return head.kind === "version" && head.manifest.rolled_back_to !== undefined && last?.version_id !== head.version_id;
}

/** What is published can be read whole: a damaged state costs time, and nothing else. */
async function stateHint(place: StatePlace, diary: Diary): Promise<State | undefined> {
  const found = await place.objects.get(place.key);
  try {
    return found && decodeState(found, place);
  } catch (error) {
    diary.warn(`${reasonOf(error)}; the whole source is read`);
    return undefined;
  }
}

function validatorsOf({ etag, last_modified }: LastSource) {
  return { etag: etag ?? undefined, last_modified: last_modified ?? undefined };
}

/** The store has all that the source has; what is remembered of either may be out of date all the same. */
async function refresh(
  session: Session,
  { site, state }: StoreTarget,
  { last, saved }: Before,
  published: Snapshot | undefined,
  extracted: Extracted | "unchanged",
): Promise<void> {
  if (state && published) await saveState(state, saved, stateOf(published));
  if (last && extracted !== "unchanged") await saveLastSource(site, last, { ...last, ...placeOf(session, extracted) });
  await flush({ site, state });
}

function lastSourceOf(session: Session, extracted: Extracted, version_id: string | undefined): LastSource {
  const { diary, recipe, reading } = session;
  return {
    sha256: extracted.sha256,
    recipe,
    reading,
    full: diary.report.full,
    version_id: version_id ?? null,
    ...placeOf(session, extracted),
  };
}

/** Where the bytes came from and what was said of them there: that can change while they do not. */
function placeOf({ diary }: Session, { source }: Extracted) {
  return {
    url: diary.report.source?.url ?? "",
    etag: source.etag ?? null,
    last_modified: source.last_modified ?? null,
  };
}
