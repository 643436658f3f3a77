import { isoSeconds } from "../core/time.ts";
import type { Draft } from "../store/draft.ts";
import { snapshotOf, type Head } from "../store/head.ts";
import { filesOf, type Manifest, type SourceInfo } from "../store/manifest.ts";
import { changelogOf, dateRangeOf } from "../store/tally.ts";
import { versionTime } from "../store/version_id.ts";
import type { Job } from "./context.ts";
import type { StoreTarget } from "./target.ts";

/** What a version is made of, and by what. */
export interface Made {
  target: StoreTarget;
  /** Whether withdrawals could be seen. */
  full: boolean;
  source: SourceInfo | null;
  plugins: Record<string, string>;
}

/** Describes what a draft changes on top of `head`. */
export function manifestOf(job: Job, made: Made, draft: Draft, head: Head, fence: number): Manifest {
  const { dataset, run_id, now, ports } = job;
  const changelog = changelogOf(draft.tally, snapshotOf(head), made.full);
  const series_codes = [...draft.tally.codes].toSorted();
  return {
    version_id: draft.version_id,
    dataset_id: dataset.dataset_id,
    created_at: isoSeconds(versionTime(draft.version_id) ?? now),
    collection_date: isoSeconds(now),
    data_points_count: draft.tally.points,
    series_count: series_codes.length,
    series_codes,
    date_range: dateRangeOf(draft.tally),
    ...filesOf(made.target.site, draft.changed),
    partitions: [...draft.changed],
    partition_strategy: made.target.step.policy.partition_strategy,
    previous_version: head.kind === "empty" ? null : head.version_id,
    changelog,
    source: made.source,
    fence,
    run_id,
    tool: { version: ports.toolVersion, plugins: made.plugins },
    checks: [],
  };
}
