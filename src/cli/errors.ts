import { IngestorError, placeOf, reasonOf, type Problem } from "../core/errors.ts";
import { version } from "./version.ts";

/** An error as it is shown: an `IngestorError`, or what a report keeps of one. */
export interface ShownError {
  message: string;
  hint?: string | undefined;
  problems?: readonly Problem[] | undefined;
  cause?: unknown;
}

/** What somebody reads of anything thrown: of a bug the stack, of anything else what is wrong and what to do. */
export function errorText(thrown: unknown, verbose = false): string {
  return thrown instanceof IngestorError ? describeError(thrown, verbose) : bugText(thrown);
}

/** The message, each problem with its place, with `verbose` the causes, and the hint; a line each. */
export function describeError({ message, hint, problems = [], cause }: ShownError, verbose = false): string {
  const lines = [message, ...problems.map(problemLine)];
  if (verbose) lines.push(...causesOf(cause).map((reason) => `because: ${reason}`));
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** The message in one line, with the problem where there is only one. */
export function errorLine({ message, problems = [] }: ShownError): string {
  const [only, ...others] = problems;
  return only === undefined || others.length > 0 ? message : `${message}: ${only.message}`;
}

/** `file:line:column  message`, as far as the place is known. */
export function problemLine(problem: Problem): string {
  const place = placeOf(problem);
  return place === "" ? problem.message : `${place}  ${problem.message}`;
}

/** A bug in this program, with its stack. */
export function bugText(thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? `${thrown.name}: ${thrown.message}`) : String(thrown);
  return `${stack}\nThis is a bug in ingestor ${version}: please report it with the lines above\n`;
}

/** The reasons behind an error, from the nearest. */
export function causesOf(cause: unknown): string[] {
  if (cause === undefined) return [];
  return [reasonOf(cause), ...(cause instanceof Error ? causesOf(cause.cause) : [])];
}
