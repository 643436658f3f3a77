/**
 * What the caller does about an error; the command line maps each to an exit code.
 * `CONFIG`, `PLUGIN`, `ARGUMENT`: somebody has to correct something. `SOURCE`, `STAGE`, `STORAGE`: the run failed.
 * `BUSY`: another run holds the lock. `BLOCKED`: the gate stopped the version. `CONFLICT`: another run published first.
 * `STOPPED`: a signal ended the run.
 */
export type ErrorCode =
  | "ARGUMENT"
  | "BLOCKED"
  | "BUSY"
  | "CONFIG"
  | "CONFLICT"
  | "PLUGIN"
  | "SOURCE"
  | "STAGE"
  | "STOPPED"
  | "STORAGE";

/** One thing that is wrong, and where. `line` and `column` count from 1. */
export interface Problem {
  message: string;
  file?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
}

export interface ErrorDetails {
  /** What to do about it, as a line of its own. */
  hint?: string | undefined;
  /** Everything that is wrong, each with its place. */
  problems?: readonly Problem[] | undefined;
  cause?: unknown;
}

/**
 * The one error class. Anything thrown that is not an `IngestorError` is a bug and keeps its stack.
 * Messages read: Cannot <verb> <what, quoted>: <reason or state>, without a full stop.
 */
export class IngestorError extends Error {
  override readonly name = "IngestorError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.problems = details.problems ?? [];
  }
}

/** The text of anything thrown, for use behind a colon. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** `file:line:column`, as far as it is known. */
export function placeOf({ file, line, column }: Problem): string {
  return [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(":");
}
