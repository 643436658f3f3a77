import { IngestorError } from "../core/errors.ts";
import { isoSeconds, localPart } from "../core/time.ts";
import type { StoredObservation } from "../core/observation.ts";
import type { Batches } from "../core/plugin.ts";
import { collect, type Collection } from "../store/collect.ts";
import { commit, type Outcome, type Publication } from "../store/commit.ts";
import { freshPartitions, type FreshPartitions } from "../store/fresh.ts";
import { snapshotOf, type Head } from "../store/head.ts";
import type { SourceInfo } from "../store/manifest.ts";
import { mergeRun, type FreshData } from "../store/merge_run.ts";
import { instantOf } from "../store/order.ts";
import { putContent } from "../store/put_own.ts";
import type { Session } from "./context.ts";
import { stage } from "./diary.ts";
import type { Extracted } from "./extract.ts";
import { gate } from "./gate.ts";
import { manifestOf } from "./manifest.ts";
import { sinceOf } from "./observe.ts";
import { refuseOtherShape } from "./shape.ts";
import type { StoreTarget } from "./target.ts";
import { publicUrl } from "../core/url.ts";

export interface Load {
  target: StoreTarget;
  head: Head;
  full: boolean;
  /** Whether what is published may have been read in another way. */
  reread: boolean;
  extracted: Extracted;
  /** Whether what this run has of these series leaves no gap on top of that version. */
  fits(codes: Iterable<string>, head: Head): boolean;
}

/** Collects what the stages give and commits it as a version, unless the store has it all already. */
export async function publish(session: Session, load: Load, batches: Batches): Promise<Outcome> {
  const { dataset, diary, ports, now } = session;
  const collection = await collect(batches, { frequency: dataset.frequency, now });
  session.signal.throwIfAborted();
  collection.warnings.forEach(diary.warn);
  if (collection.count === 0 && load.head.kind === "empty") throw nothingLeft(session);
  return stage(diary, ports, "load", async (counts) => {
    const outcome = await commit(load.target.site, publication(session, load, collection), load.head);
    const { draft } = outcome;
    const { added, revised, withdrawn } = draft.tally;
    Object.assign(counts, { observations: collection.count, files: draft.changed.length });
    Object.assign(diary.report, {
      added,
      revised,
      withdrawn: load.full ? withdrawn : null,
      files: draft.changed.length,
    });
    return outcome;
  });
}

/** Of a dataset that has no version yet, nothing at all is no result, however it came about. */
function nothingLeft({ dataset, diary }: Session): IngestorError {
  const { dataset_id, windowInDays } = dataset;
  const window = windowInDays === undefined ? "" : `, or lies outside the ${windowInDays} days of windowInDays`;
  const reason = `of ${diary.arrivals()} observations none is left, and there is no version yet`;
  return new IngestorError("STAGE", `Cannot load "${dataset_id}": ${reason}`, {
    hint: `what is missing was taken out by transform${window}`,
  });
}

function publication(session: Session, load: Load, collection: Collection): Publication {
  const { ports, dataset, now, signal } = session;
  const { site, token, step } = load.target;
  const { policy } = step;
  const { on_revision, on_withdrawal } = policy;
  const partitions = freshPartitions(collection, policy.partition_strategy);
  const moved = (old: StoredObservation) => isElsewhere(session, load, partitions, old);
  const fresh: FreshData = {
    partitions,
    rules: { full: load.full, since: sinceOf(dataset.windowInDays, now), on_revision, on_withdrawal, moved },
    policy,
    progress(done, total) {
      signal.throwIfAborted();
      ports.notify({ kind: "progress", stage: "load", done, total, unit: "partitions" });
    },
  };
  const archive = archiveOnce(load);
  const made = { target: load.target, full: load.full, source: sourceInfo(session, load), plugins: session.plugins };
  return {
    clock: ports.clock,
    random: ports.random,
    sleep: (ms) => ports.sleep(ms, signal),
    token,
    mayPublish: session.mayPublish,
    checks: gate,
    unproven: step.location.kind === "s3" && !step.location.unsafe_no_conditional_put,
    mayFollow(head) {
      refuseOtherShape("publish", load.target, head);
      if (!load.fits(collection.series.keys(), head)) throw endsEarlier(load.target);
    },
    draft: (head, version_id) => mergeRun(site, version_id, snapshotOf(head), fresh, archive),
    manifest: (draft, head, fence) => manifestOf(session, made, draft, head, fence),
  };
}

/** A change of time zone gives the same observations another offset; where the source gives days, another instant too. */
function isElsewhere(
  { dataset }: Session,
  { target, reread }: Load,
  fresh: FreshPartitions,
  { internal_series_code: code, obs_time }: StoredObservation,
): boolean {
  const isThere =
    fresh.has(code, instantOf(obs_time)) || (reread && fresh.hasLocal(code, Date.parse(`${localPart(obs_time)}Z`)));
  if (!isThere || target.step.policy.on_revision === "replace") return isThere;
  const reason = `${code} at ${obs_time} would move to another time, and on_revision is keep`;
  throw new IngestorError("STAGE", `Cannot load "${dataset.dataset_id}": ${reason}`, {
    hint: "nothing was published; where the time zone has to change, run once with --set load.on_revision=replace",
  });
}

/** Somebody went back to an older version while this run was reading what is newer than the version before. */
function endsEarlier({ site }: StoreTarget): IngestorError {
  return new IngestorError("CONFLICT", `Cannot publish "${site.dataset_id}": the current version is an older one now`, {
    hint: "nothing was published; run again, which reads all that is missing from it",
  });
}

/** The source archive is written before the first file that was made from it, and not for what is published already. */
function archiveOnce({ target: { site }, extracted }: Load): () => Promise<void> {
  let written: Promise<void> | undefined;
  return () => (written ??= putContent(site, site.keys.source(extracted.sha256), extracted.source.blob));
}

function sourceInfo({ now, ports }: Session, { extracted: { source, sha256 } }: Load): SourceInfo {
  return {
    url: ports.mask(publicUrl(source.url)),
    sha256,
    etag: source.etag ?? null,
    last_modified: source.last_modified ?? null,
    fetched_at: isoSeconds(now),
  };
}
