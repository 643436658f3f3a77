import { IngestorError } from "../core/errors.ts";
import { isoSeconds } from "../core/time.ts";
import type { Batches } from "../core/plugin.ts";
import { collect, type Collection } from "../store/collect.ts";
import { commit, type Outcome, type Publication } from "../store/commit.ts";
import { fileOf } from "../store/layout.ts";
import type { Draft } from "../store/draft.ts";
import { freshPartitions } from "../store/fresh.ts";
import { snapshotOf, type Head } from "../store/head.ts";
import type { Manifest } from "../store/manifest.ts";
import { mergeRun, type FreshData } from "../store/merge_run.ts";
import { putContent } from "../store/put_own.ts";
import { changelogOf, dateRangeOf } from "../store/tally.ts";
import { versionTime } from "../store/version_id.ts";
import type { Session } from "./context.ts";
import { stage } from "./diary.ts";
import type { Extracted } from "./extract.ts";
import { gate } from "./gate.ts";
import { sinceOf } from "./observe.ts";
import type { StoreTarget } from "./target.ts";
import { publicUrl } from "../core/url.ts";

export interface Load {
  target: StoreTarget;
  head: Head;
  full: boolean;
  extracted: Extracted;
}

/** Collects what the stages give and commits it as a version, unless the store has it all already. */
export async function publish(session: Session, load: Load, batches: Batches): Promise<Outcome> {
  const { dataset, diary, ports, now } = session;
  const collection = await collect(batches, { frequency: dataset.frequency, now });
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

function publication(session: Session, load: Load, collection: Collection): Publication {
  const { ports, dataset, now, signal } = session;
  const { site, token, step } = load.target;
  const { policy } = step;
  const { on_revision, on_withdrawal } = policy;
  const fresh: FreshData = {
    partitions: freshPartitions(collection, policy.partition_strategy),
    rules: { full: load.full, since: sinceOf(dataset.windowInDays, now), on_revision, on_withdrawal },
    policy,
    progress(done, total) {
      signal.throwIfAborted();
      ports.notify({ kind: "progress", stage: "load", done, total, unit: "partitions" });
    },
  };
  const archive = archiveOnce(load);
  return {
    clock: ports.clock,
    random: ports.random,
    token,
    checks: gate,
    draft(head, version_id) {
      refuseOtherStrategy(load.target, head);
      return mergeRun(site, version_id, snapshotOf(head), fresh, archive);
    },
    manifest: (draft, head, fence) => manifestOf(session, load, draft, head, fence),
  };
}

/** Partitions of two strategies in one dataset would hold observations twice. */
function refuseOtherStrategy({ site, step }: StoreTarget, head: Head): void {
  const theirs = head.kind === "version" ? head.manifest.partition_strategy : undefined;
  const ours = step.policy.partition_strategy;
  if (theirs === undefined || theirs === ours) return;
  const reason = `${site.objects.name} is partitioned by ${theirs}, and the dataset file says ${ours}`;
  throw new IngestorError("CONFIG", `Cannot publish "${site.dataset_id}": ${reason}`, {
    hint: `set load.partition_strategy to ${theirs}, or load into a new place`,
  });
}

/** The source archive is written before the first file that was made from it, and not for what is published already. */
function archiveOnce({ target: { site }, extracted }: Load): () => Promise<void> {
  let written: Promise<void> | undefined;
  return () => (written ??= putContent(site, site.keys.source(extracted.sha256), extracted.source.blob));
}

function manifestOf(session: Session, load: Load, draft: Draft, head: Head, fence: number): Manifest {
  const { dataset, run_id, now, ports, plugins } = session;
  const changelog = changelogOf(draft.tally, snapshotOf(head), load.full);
  const series_codes = [...draft.tally.codes].toSorted();
  return {
    version_id: draft.version_id,
    dataset_id: dataset.dataset_id,
    created_at: isoSeconds(versionTime(draft.version_id) ?? now),
    collection_date: isoSeconds(now),
    data_points_count: changelog.data_points_added + changelog.data_points_revised,
    series_count: series_codes.length,
    series_codes,
    date_range: dateRangeOf(draft.tally),
    json_files: draft.changed.map(fileOf),
    partitions: [...draft.changed],
    partition_strategy: load.target.step.policy.partition_strategy,
    previous_version: head.kind === "empty" ? null : head.version_id,
    changelog,
    source: {
      url: publicUrl(load.extracted.source.url),
      sha256: load.extracted.sha256,
      etag: load.extracted.source.etag ?? null,
      last_modified: load.extracted.source.last_modified ?? null,
      fetched_at: isoSeconds(now),
    },
    fence,
    run_id,
    tool: { version: ports.toolVersion, plugins },
    checks: [],
  };
}
