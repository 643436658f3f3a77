import { extname } from "node:path";
import { readBound, isBackwards, type TimeBound } from "../store/time_bound.ts";
import { readMoment } from "../store/moment.ts";
import { didYouMean } from "../core/suggest.ts";
import { readFormats, type ReadFormat } from "./encode.ts";
import { wrongArguments } from "./flags.ts";
import type { Shell } from "./shell.ts";

/** The flags of `ingestor read`. */
export interface ReadFlags {
  series?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  version?: string | undefined;
  "as-of"?: string | undefined;
  format?: string | undefined;
  output?: string | undefined;
  json?: boolean | undefined;
}

/** What `ingestor read` is asked for, as far as that can be told without the store. */
export interface ReadRequest {
  /** As written; codes with commas between them, unless it is one code that has commas. */
  series: string | undefined;
  from: TimeBound | undefined;
  to: TimeBound | undefined;
  version: string | undefined;
  asOf: Date | undefined;
  format: ReadFormat;
  /** A file; undefined: standard output. */
  output: string | undefined;
}

/** Throws an `IngestorError` (`ARGUMENT`) with all that is wrong with the flags. */
export function readRequest(flags: ReadFlags, shell: Pick<Shell, "outTerminal">): ReadRequest {
  const problems: string[] = [];
  const output = flags.output === "-" ? undefined : flags.output;
  const [from, to] = [boundOf("from", flags.from, problems), boundOf("to", flags.to, problems)];
  if (from && to && isBackwards(from, to)) problems.push(`"--from" ${flags.from} is after "--to" ${flags.to}`);
  if (flags.version !== undefined && flags["as-of"] !== undefined) {
    problems.push('"--version" and "--as-of" both say which version to read');
  }
  const asOf = momentOf(flags["as-of"], problems);
  const format = formatOf(flags, output, shell.outTerminal, problems);
  if (format === "parquet" && output === undefined && shell.outTerminal) {
    problems.push('"--format parquet" is nothing for a terminal: name a file with --output');
  }
  if (problems.length > 0) throw wrongArguments(problems);
  return { series: flags.series, from, to, version: flags.version, asOf, format, output };
}

function boundOf(flag: string, text: string | undefined, problems: string[]): TimeBound | undefined {
  const bound = text === undefined ? undefined : readBound(text);
  if (text !== undefined && bound === undefined) problems.push(noTime(flag, text));
  return bound;
}

function momentOf(text: string | undefined, problems: string[]): Date | undefined {
  const moment = text === undefined ? undefined : readMoment(text);
  if (text !== undefined && moment === undefined) problems.push(noTime("as-of", text));
  return moment;
}

function noTime(flag: string, text: string): string {
  return `"--${flag}" needs a date or time, as 2024, 2024-05, 2024-05-03 or 2024-05-03T12:00:00Z, not "${text}"`;
}

function formatOf(
  { format, json = false }: ReadFlags,
  output: string | undefined,
  terminal: boolean,
  problems: string[],
): ReadFormat {
  if (format === undefined) {
    if (json) return "jsonl";
    const byName = readFormats.find((known) => output !== undefined && extname(output).toLowerCase() === `.${known}`);
    return byName ?? (terminal && output === undefined ? "table" : "csv");
  }
  const found = readFormats.find((known) => known === format);
  if (found === undefined) {
    problems.push(`"--format" is one of ${readFormats.join(", ")}, not "${format}"${didYouMean(format, readFormats)}`);
  } else if (json && found !== "jsonl" && found !== "json")
    problems.push(`"--json" and "--format ${found}" do not go together`);
  return found ?? "csv";
}
