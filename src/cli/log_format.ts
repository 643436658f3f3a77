import { IngestorError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";

export const logFormats = ["json", "text"] as const;
export type LogFormat = (typeof logFormats)[number];

type Env = Readonly<Record<string, string | undefined>>;

/** Set where nobody reads along, but a log is kept: in a continuous integration, or a container of AWS. */
const unattended = ["CI", "ECS_CONTAINER_METADATA_URI_V4", "ECS_CONTAINER_METADATA_URI", "AWS_EXECUTION_ENV"];

/**
 * How events are written: as the flag says, else LOG_FORMAT; else as JSON where a program is likely to read them.
 * Throws an `IngestorError` (`ARGUMENT`) for a format that there is not.
 */
export function logFormatOf(flag: string | undefined, env: Env, isTerminal: boolean): LogFormat {
  if (flag !== undefined) return named("--log-format", flag);
  const variable = env["LOG_FORMAT"];
  if (variable !== undefined && variable !== "") return named("LOG_FORMAT", variable);
  return !isTerminal && unattended.some((name) => isSet(env[name])) ? "json" : "text";
}

function named(where: string, text: string): LogFormat {
  const format = logFormats.find((known) => known === text.toLowerCase());
  if (format !== undefined) return format;
  const known = `it is not one of ${logFormats.join(", ")}${didYouMean(text, logFormats)}`;
  throw new IngestorError("ARGUMENT", `Cannot use "${text}" of ${where} for the log: ${known}`);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false"].includes(value.toLowerCase());
}

/** The value of `--log-format`, read before it is known whose arguments these are: errors in them are events too. */
export function logFormatFlag(argv: readonly string[]): string | undefined {
  const name = "--log-format";
  const at = argv.indexOf(name);
  if (at >= 0) return argv[at + 1];
  return argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}
