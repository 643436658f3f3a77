import { nameProblem } from "../core/names.ts";
import type { Observation, StoredObservation } from "../core/observation.ts";
import { isoDate, obsTimeOf } from "../core/time.ts";
import type { CollectionDates } from "./collection_dates.ts";
import { column } from "./columns.ts";

const minute = 60_000;
const day = 86_400_000;
const largestValue = 1e14;
/** No zone is further from UTC. */
const widestOffset = 26 * 60 * minute;

export interface Instant {
  /** Milliseconds since 1970 in UTC. */
  epoch: number;
  /** Minutes. */
  offset: number;
}

/** One series in ascending order of time. */
export interface CollectedSeries {
  readonly count: number;
  /** The `YYYY-MM` local month of the observation at `index`. */
  localMonth(index: number): string;
  at(index: number): StoredObservation;
  /** Whether there is an observation of that instant, in milliseconds since 1970. */
  has(instant: number): boolean;
  /** Whether there is an observation of that local time, in milliseconds since 1970 as if it were UTC. */
  hasLocal(wall: number): boolean;
}

/** What the series of one run share. */
export interface Gathering {
  defaultFrequency: string | undefined;
  instantOf(obs_time: string): Instant | undefined;
  collectionDates: CollectionDates;
}

/** Takes what is wrong with a series as a whole. */
export interface Findings {
  refuse(message: string): void;
  warn(message: string): void;
}

/** Gathers one series in columns; `add` gives the reason where an observation is refused, unless it was given before. */
export function gatherSeries(code: string, { defaultFrequency, instantOf, collectionDates }: Gathering) {
  const epochs = column((length) => new Float64Array(length));
  const offsets = column((length) => new Int16Array(length));
  const values = column((length) => new Float64Array(length));
  const seen = column((length) => new Uint32Array(length));
  const badName = nameProblem(code);
  /** What is wrong with unit and frequency is so of the whole series, and is said once. */
  const told = new Set<string>();
  let unit: string | undefined;
  let frequency: string | undefined;

  function add(observation: Observation): string | undefined {
    const instant = instantOf(observation.obs_time);
    if (badName !== undefined) return `the series code ${badName}`;
    if (instant === undefined) return "obs_time must be an ISO 8601 date-time with an offset";
    if (!Number.isFinite(observation.value)) return `the value is ${observation.value}`;
    const firstSeen = collectionDates.numberOf(observation.collection_date);
    if (firstSeen === undefined) return "collection_date must be an ISO 8601 date-time with an offset";
    const theirs = observation.frequency ?? defaultFrequency;
    const refusal = textProblem("unit", observation.unit, unit) ?? textProblem("frequency", theirs, frequency);
    if (refusal !== undefined) return toldOnce(refusal);
    unit = observation.unit;
    frequency = theirs;
    epochs.push(instant.epoch);
    offsets.push(instant.offset);
    // Adding 0 turns -0 into 0, which is what its JSON says too.
    values.push(observation.value + 0);
    seen.push(firstSeen);
    return undefined;
  }

  function toldOnce(refusal: string): string | undefined {
    if (told.has(refusal)) return undefined;
    told.add(refusal);
    return refusal;
  }

  function finish({ refuse, warn }: Findings): CollectedSeries {
    const columns = {
      epochs: epochs.values(),
      offsets: offsets.values(),
      values: values.values(),
      seen: seen.values(),
    };
    const order = ascending(columns.epochs);
    const row = (index: number) => (order === undefined ? index : (order[index] ?? 0));
    const epochAt = (index: number) => columns.epochs[row(index)] ?? Number.NaN;
    const obsTime = (index: number) => obsTimeOf(epochAt(index), columns.offsets[row(index)] ?? 0);
    for (let index = 1; index < columns.epochs.length; index++) {
      if (epochAt(index) === epochAt(index - 1)) {
        refuse(`${code} at ${obsTime(index)}: more than one observation of this instant`);
        break;
      }
    }
    for (const excess of excesses(unit, frequency, columns.values)) warn(`${code}: ${excess}`);
    return {
      count: columns.epochs.length,
      localMonth: (index) => monthOf(epochAt(index) + (columns.offsets[row(index)] ?? 0) * minute),
      at: (index) => ({
        obs_time: obsTime(index),
        internal_series_code: code,
        value: columns.values[row(index)] ?? Number.NaN,
        unit: unit ?? "",
        frequency: frequency ?? "",
        collection_date: collectionDates.textOf(columns.seen[row(index)] ?? 0),
      }),
      hasLocal(wall) {
        const end = wall + widestOffset;
        for (
          let index = firstNotBefore(wall - widestOffset, columns.epochs.length, epochAt);
          epochAt(index) <= end;
          index++
        ) {
          if (epochAt(index) + (columns.offsets[row(index)] ?? 0) * minute === wall) return true;
        }
        return false;
      },
      has: (instant) => epochAt(firstNotBefore(instant, columns.epochs.length, epochAt)) === instant,
    };
  }

  return { add, finish };
}

function textProblem(what: string, text: string | undefined, before: string | undefined): string | undefined {
  if (text === undefined || text.trim() === "") return `the ${what} is missing`;
  if (/[\u0000-\u001f]/.test(text)) return `the ${what} has a control character`;
  if (!text.isWellFormed()) return `the ${what} is not well-formed Unicode`;
  if (before !== undefined && before !== text) return `the ${what} is "${text}", and "${before}" earlier in the series`;
  return undefined;
}

/** What is beyond the columns of the consumers that exist. */
function* excesses(unit = "", frequency = "", values: Float64Array): Iterable<string> {
  if (unit.length > 100) yield `the unit has ${unit.length} characters, and some consumers take 100`;
  if (frequency.length > 10) yield `the frequency has ${frequency.length} characters, and some consumers take 10`;
  const large = values.reduce((count, value) => (Math.abs(value) > largestValue ? count + 1 : count), 0);
  if (large > 0) yield `${large} values are beyond 1e14, which is more than some consumers take`;
}

/** Where `instant` is or would be in a row that ascends. */
function firstNotBefore(instant: number, count: number, at: (index: number) => number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(middle) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The order that puts the instants in sequence; undefined where they already are. */
function ascending(epochs: Float64Array): Uint32Array | undefined {
  if (epochs.every((epoch, index) => index === 0 || epoch >= (epochs[index - 1] ?? epoch))) return undefined;
  const order = Uint32Array.from(epochs, (_, index) => index);
  return order.toSorted((a, b) => (epochs[a] ?? 0) - (epochs[b] ?? 0));
}

const months = new Map<number, string>();

/** The month of a wall clock; asked for every observation, and days repeat from series to series. */
function monthOf(wall: number): string {
  const dayNumber = Math.floor(wall / day);
  const known = months.get(dayNumber);
  if (known !== undefined) return known;
  const month = isoDate(wall).slice(0, 7);
  months.set(dayNumber, month);
  return month;
}
