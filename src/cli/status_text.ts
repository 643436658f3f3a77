import { stateDiffers, type SeriesStanding, type Standing } from "../run/standing.ts";
import { layoutOf } from "../store/layout.ts";
import { errorLine } from "./errors.ts";
import { formatCount, formatTable } from "./format.ts";
import { cut, textOf } from "./screen.ts";
import type { PastRun } from "../run/past_runs.ts";

/** How a dataset stands, for people; of the series at most so many. */
export function statusText(standing: Standing, most: number): string {
  const blocks = [formatTable(facts(standing)), runTable(standing.runs), seriesTable(standing.series, most)];
  const shown = blocks.filter((block) => block.length > 0);
  return textOf(shown.flatMap((block, index) => (index === 0 ? block : ["", ...block])));
}

function facts(standing: Standing): string[][] {
  const { dataset_id, store } = standing;
  return [
    ["dataset", dataset_id],
    ["store", `${store}/${layoutOf(dataset_id).root}`],
    ["version", versionFact(standing)],
    ...(standing.version_id === null ? [] : [["projections", projectionsFact(standing)], announcedFact(standing)]),
    ["state", stateFact(standing)],
  ];
}

function versionFact({ version_id, created_at, listed }: Standing): string {
  if (version_id === null) return "none: nothing is published yet";
  const when = created_at === null ? version_id : `${version_id}, made ${created_at}`;
  return listed ? when : `${when}, of an older system, which does not list what it consists of: run the dataset once`;
}

function projectionsFact({ projections: { mode, version_id: shown }, version_id }: Standing): string {
  if (mode === "direct") return "none: consumers read the versions' own files";
  if (shown === version_id) return "show the current version";
  return `${shown === null ? "do not say what they show" : `show ${shown}`}: the next run brings them up to date`;
}

function announcedFact({ announced, version_id }: Standing): string[] {
  if (announced === version_id) return ["announced", "the current version"];
  return ["announced", `${announced ?? "nothing yet"}: the next run makes up for it`];
}

function stateFact({ state, series }: Standing): string {
  if (state === null) return "none: every run compares all that the source has";
  if (!state.saved) return `${state.place}: not saved yet, the next run compares all that the source has`;
  if (state.differing === 0) return `${state.place}: as published`;
  return `${state.place}: of ${formatCount(series.length)} series, ${formatCount(state.differing)} not as published`;
}

function runTable(runs: readonly PastRun[]): string[] {
  if (runs.length === 0) return [];
  const rows = runs.map(({ started_at, status, added, revised, withdrawn, error }) => [
    started_at,
    status,
    ...(error ? ["", "", "", errorLine(error)] : [added, revised, withdrawn].map(countCell)),
  ]);
  return formatTable([["run", "status", "new", "revised", "withdrawn"], ...rows], [2, 3, 4]);
}

/** Null is what a run could not see. */
function countCell(count: number | null): string {
  return count === null ? "?" : formatCount(count);
}

function seriesTable(series: readonly SeriesStanding[], most: number): string[] {
  if (series.length === 0) return [];
  const { shown, more } = cut(series, most);
  const differs = series.some(stateDiffers) && series.some(({ state }) => state !== null);
  const rows = shown.map((one) => [
    one.internal_series_code,
    formatCount(one.observations),
    one.last_obs_time?.slice(0, 10) ?? "",
    one.age_days === null ? "" : days(one.age_days),
    ...(differs ? [one.state ?? "none"] : []),
  ]);
  const header = ["series", "observations", "last", "age", ...(differs ? ["state"] : [])];
  return [...formatTable([header, ...rows], [1, 3]), ...more];
}

function days(count: number): string {
  return `${formatCount(count)} ${Math.abs(count) === 1 ? "day" : "days"}`;
}
