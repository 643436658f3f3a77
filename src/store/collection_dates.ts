import { isoMicroseconds, readIso } from "../core/time.ts";
import { dictionary } from "./columns.ts";

const asStored = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}\+00:00$/;
const minute = 60_000;

/** The few different collection dates of a run, in the one form that the store has them in, kept once each. */
export interface CollectionDates {
  /** The number of a date; without one, that of the run's time. Undefined for what is no date. */
  numberOf(collection_date: string | undefined): number | undefined;
  textOf(number: number): string;
}

export function collectionDates(now: Date): CollectionDates {
  const { numberOf, textOf } = dictionary();
  const ofRun = numberOf(isoMicroseconds(now));
  return {
    numberOf(collection_date) {
      if (collection_date === undefined) return ofRun;
      if (asStored.test(collection_date)) return numberOf(collection_date);
      const read = readIso(collection_date);
      if (read?.offset === undefined) return undefined;
      return numberOf(isoMicroseconds(new Date(read.wall - read.offset * minute)));
    },
    textOf,
  };
}
