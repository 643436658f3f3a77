import { isoDate } from "../../../api.ts";

/** What becomes of a row: its values count, only this row is left out, or the block ended before it. */
export type Verdict = "read" | "skip" | "stop";

const year = 366 * 86_400_000;

/**
 * Follows the dates of one column downwards to see where they start over. A date that goes back to the first year of
 * the block begins another block, and so do two dates in a row that go back to anywhere. One that goes back into the
 * midst is a slip of the typist's, and what follows is read on: truncated data would look like data without news.
 */
export function watchRestarts(place: string, warn: (message: string) => void) {
  let [firstYear, beforeLast, last] = ["", "", ""];
  let doubt: { date: string; row: number } | undefined;

  return (date: string, row: number): Verdict => {
    if (date < last && (doubt !== undefined || date <= firstYear)) return "stop";
    if (doubt) warn(`${place}: row ${doubt.row} left out, its date ${doubt.date} is between ${last} and ${date}`);
    doubt = date < last && date <= beforeLast ? { date, row } : undefined;
    if (doubt) return "skip";
    if (date < last) warn(`${place}: the date ${date} in row ${row} comes after ${last}`);
    else beforeLast = last;
    last = date;
    firstYear ||= isoDate(Date.parse(date.slice(0, 10)) + year);
    return "read";
  };
}
