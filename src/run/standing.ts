import type { StorePolicy } from "../config/policy.ts";
import type { State } from "../core/ports.ts";
import { localPart } from "../core/time.ts";
import { versionChain } from "../store/chain.ts";
import { readHead, snapshotOf } from "../store/head.ts";
import { instantOf } from "../store/order.ts";
import { readShown } from "../store/projections.ts";
import type { Snapshot } from "../store/snapshot.ts";
import { loadState, type StatePlace } from "../store/state.ts";
import { lastRuns, type PastRun } from "./past_runs.ts";
import type { StoreTarget } from "./target.ts";

const day = 86_400_000;
const runsShown = 10;

/** How one series stands. */
export interface SeriesStanding {
  internal_series_code: string;
  observations: number;
  first_obs_time: string | null;
  last_obs_time: string | null;
  /** Whole days since the last observation. */
  age_days: number | null;
  /** Local time without zone, from which the next run reads on; null where it reads all. */
  state: string | null;
}

/** How a dataset stands in its store. */
export interface Standing {
  dataset_id: string;
  store: string;
  version_id: string | null;
  created_at: string | null;
  /** False where an older system wrote the version, and did not list what it consists of. */
  listed: boolean;
  projections: { mode: StorePolicy["projection"]["mode"]; version_id: string | null };
  /** The last version that was announced, or counts as such because nobody listens. */
  announced: string | null;
  /** Null where the dataset keeps no state. */
  state: { place: string; saved: boolean; differing: number } | null;
  series: SeriesStanding[];
  /** Newest first. */
  runs: PastRun[];
}

export async function standingOf({ site, step, state }: StoreTarget, now: Date): Promise<Standing> {
  const [head, shown, saved, runs] = await Promise.all([
    readHead(site),
    readShown(site),
    state && loadState(state),
    lastRuns(site, runsShown),
  ]);
  const version_id = head.kind === "empty" ? null : head.version_id;
  const newest = version_id === null ? undefined : (await versionChain(site, version_id).next()).value;
  const series = seriesStandings(snapshotOf(head), saved ?? {}, now);
  const differing = series.filter(stateDiffers).length;
  return {
    dataset_id: site.dataset_id,
    store: site.objects.name,
    version_id,
    created_at: newest?.created_at ?? null,
    listed: head.kind !== "unlisted",
    projections: { mode: step.policy.projection.mode, version_id: shown.version_id ?? null },
    announced: shown.announced ?? null,
    state: state ? { place: placeOfState(state), saved: saved !== undefined, differing } : null,
    series,
    runs,
  };
}

function seriesStandings({ series }: Snapshot, saved: State, now: Date): SeriesStanding[] {
  const codes = new Set([...series.keys(), ...Object.keys(saved)]);
  return [...codes].toSorted().map((code) => {
    const extent = series.get(code);
    return {
      internal_series_code: code,
      observations: extent?.count ?? 0,
      first_obs_time: extent?.first ?? null,
      last_obs_time: extent?.last ?? null,
      age_days: extent === undefined ? null : Math.floor((now.getTime() - instantOf(extent.last)) / day),
      state: saved[code] ?? null,
    };
  });
}

/** Where a state lies, for people. */
export function placeOfState({ objects, key }: StatePlace): string {
  return `${objects.name}/${key}`;
}

/** Whether the state says of a series something else than what is published. */
export function stateDiffers({ state, last_obs_time }: SeriesStanding): boolean {
  return state !== (last_obs_time === null ? null : localPart(last_obs_time));
}
