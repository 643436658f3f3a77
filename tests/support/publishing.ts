import { policyEntries, type StorePolicy } from "../../src/config/policy.ts";
import * as v from "valibot";
import type { Observation, StoredObservation } from "../../src/core/observation.ts";
import type { Clock, ObjectStore, Random } from "../../src/core/ports.ts";
import { isoSeconds } from "../../src/core/time.ts";
import { collect } from "../../src/store/collect.ts";
import { commit, type Check, type Outcome, type Publication } from "../../src/store/commit.ts";
import { converge, type Convergence } from "../../src/store/converge.ts";
import type { Draft } from "../../src/store/draft.ts";
import { freshPartitions } from "../../src/store/fresh.ts";
import { readHead, readManifest, snapshotOf, type Head } from "../../src/store/head.ts";
import { filesOf, type Manifest } from "../../src/store/manifest.ts";
import { mergeRun } from "../../src/store/merge_run.ts";
import { readVersion } from "./read_version.ts";
import { siteOf, type Site } from "../../src/store/site.ts";
import { changelogOf, dateRangeOf } from "../../src/store/tally.ts";
import { seeded } from "./run.ts";

export const ratesIn = (objects: ObjectStore): Site => siteOf("rates", objects);

const nothing = async () => {};

export const noon = new Date("2026-04-21T12:00:00Z");

/** `A 2024-11-25 1.5`: an observation at midnight in Buenos Aires. */
export function observed(text: string): Observation {
  const [internal_series_code = "", date = "", value] = text.split(" ");
  return { internal_series_code, obs_time: `${date}T00:00:00-03:00`, value: Number(value), unit: "index" };
}

/** The inverse of `observed`. */
export function told({ internal_series_code, obs_time, value }: StoredObservation): string {
  return `${internal_series_code} ${obs_time.slice(0, 10)} ${value}`;
}

export interface Publishing extends Partial<Omit<StorePolicy, "projection">> {
  /** Each as `observed` takes it, or an observation. */
  rows: readonly (string | Observation)[];
  full?: boolean;
  since?: number;
  clock?: Clock;
  random?: Random;
  sleep?: Publication["sleep"];
  token?: number;
  mayPublish?: () => void;
  checks?: readonly Check[];
}

export async function publicationOf(site: Site, publishing: Publishing): Promise<Publication> {
  const { rows, full = true, since = -Infinity, clock = { now: () => noon }, random = seeded(1), ...rest } = publishing;
  const { sleep = nothing, token, mayPublish = () => {}, checks = [], ...choices } = rest;
  const policy = v.parse(v.object(policyEntries), choices);
  async function* batches() {
    yield rows.map((row) => (typeof row === "string" ? observed(row) : row));
  }
  const collection = await collect(batches(), { frequency: "D", now: clock.now() });
  const partitions = freshPartitions(collection, policy.partition_strategy);
  const fresh = { partitions, rules: { ...policy, full, since }, policy, progress: () => {} };
  return {
    clock,
    random,
    sleep,
    token,
    mayPublish,
    checks,
    draft: (head, version_id) => mergeRun(site, version_id, snapshotOf(head), fresh, async () => {}),
    manifest: (draft, head, fence) => manifestOf(site, draft, head, { fence, full, ...policy, now: clock.now() }),
  };
}

function manifestOf(
  site: Site,
  { version_id, tally, changed }: Draft,
  head: Head,
  run: { fence: number; full: boolean; now: Date } & StorePolicy,
): Manifest {
  const changelog = changelogOf(tally, snapshotOf(head), run.full);
  return {
    version_id,
    dataset_id: site.dataset_id,
    created_at: isoSeconds(run.now),
    collection_date: isoSeconds(run.now),
    data_points_count: tally.points,
    series_count: tally.codes.size,
    series_codes: [...tally.codes].toSorted(),
    date_range: dateRangeOf(tally),
    ...filesOf(site, changed),
    partitions: [...changed],
    partition_strategy: run.partition_strategy,
    previous_version: head.kind === "empty" ? null : head.version_id,
    changelog,
    source: null,
    fence: run.fence,
    run_id: "r20260421_120000_000000",
    tool: { version: "1.2.3", plugins: {} },
    checks: [],
  };
}

export async function publish(site: Site, publishing: Publishing): Promise<Outcome> {
  return commit(site, await publicationOf(site, publishing));
}

/** Converges without anything at hand, as the healing of a later run does. */
export async function heal(site: Site, how: Partial<Convergence> = {}) {
  return converge(site, { workers: 4, silent: false, random: seeded(1), sleep: nothing, ...how });
}

/** Converges with what the draft knows, as the run that published it does. */
export async function showDraft(site: Site, { head, draft }: Outcome, how: Partial<Convergence> = {}) {
  const snapshots = new Map([[draft.version_id, draft.snapshot]]);
  if (head.kind === "version") snapshots.set(head.version_id, head.snapshot);
  const { version_id: drafted, expectations, content } = draft;
  return heal(site, { snapshots, drafted, expectations, content, ...how });
}

/** All observations that the pointer leads to, each file against its digest, sorted. */
export async function currentOf(site: Site): Promise<string[]> {
  const rows = await readVersion(site, snapshotOf(await readHead(site)));
  return rows.map(told).toSorted();
}

/** All observations that the projections show, sorted. */
export async function projectedOf(site: Site): Promise<string[]> {
  const shown: string[] = [];
  for await (const { key } of site.objects.list(site.keys.projectionsDir)) {
    const found = key.endsWith(`/${site.format.file}`) ? await site.objects.get(key) : undefined;
    if (found) shown.push(...(await site.format.decode(found.body, key)).map(told));
  }
  return shown.toSorted();
}

/** The versions from the current one to the first, oldest first. */
export async function chainOf(site: Site): Promise<string[]> {
  const head = await readHead(site);
  const chain: string[] = [];
  let current = head.kind === "empty" ? null : head.version_id;
  while (current !== null) {
    chain.unshift(current);
    current = (await readManifest(site, current))?.previous_version ?? null;
  }
  return chain;
}
