import type { State } from "../core/ports.ts";
import { didYouMean } from "../core/suggest.ts";
import { isoLocal, readIso } from "../core/time.ts";
import { wrongArguments } from "./flags.ts";

/**
 * Reads `CODE=TIME` words. Where the series of a dataset are known, others are refused. Throws an `IngestorError`
 * (`ARGUMENT`) with all that is wrong with them.
 */
export function readTimes(words: readonly string[], known: ReadonlySet<string>): State {
  const problems: string[] = [];
  const times = new Map<string, string>();
  for (const word of words) {
    const cut = word.lastIndexOf("=");
    const [code, text] = [word.slice(0, Math.max(cut, 0)), word.slice(cut + 1)];
    const time = localTime(text);
    if (code === "") problems.push(`"${word}" is not CODE=TIME`);
    else if (known.size > 0 && !known.has(code))
      problems.push(`there is no series "${code}"${didYouMean(code, known)}`);
    else if (time === undefined) problems.push(timeProblem(code, text));
    else if (times.has(code)) problems.push(`"${code}" is given more than once`);
    else times.set(code, time);
  }
  if (problems.length > 0) throw wrongArguments(problems);
  return Object.fromEntries(times);
}

function localTime(text: string): string | undefined {
  const written = readIso(text);
  return written === undefined || written.offset !== undefined ? undefined : isoLocal(written.wall).slice(0, 19);
}

function timeProblem(code: string, text: string): string {
  if (readIso(text) !== undefined) return `the time of "${code}" is local, and takes no offset: "${text}"`;
  return `the time of "${code}" has to be as 2024-05-03 or 2024-05-03T12:00:00, not "${text}"`;
}
