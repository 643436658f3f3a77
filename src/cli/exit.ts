import type { ErrorCode } from "../core/errors.ts";
import { IngestorError } from "../core/errors.ts";

const codes: Record<ErrorCode, number> = {
  ARGUMENT: 2,
  CONFIG: 2,
  PLUGIN: 2,
  SOURCE: 1,
  STAGE: 1,
  STORAGE: 1,
  BUSY: 3,
  BLOCKED: 4,
  CONFLICT: 5,
  STOPPED: 130,
};
const fromWorst = [70, 143, 130, 2, 1, 5, 4, 3, 0];

/** The exit code of what a command threw; `stopped` is that of the signal, if one came. 70: a bug. */
export function exitCodeOf(thrown: unknown, stopped?: number): number {
  return thrown instanceof IngestorError ? exitCodeFor(thrown.code, stopped) : 70;
}

/** The exit code of an error's code. */
export function exitCodeFor(code: string, stopped?: number): number {
  const found = Object.entries(codes).find(([known]) => known === code)?.[1] ?? 70;
  return found === codes.STOPPED ? (stopped ?? found) : found;
}

/** The code with which a command ends that did several things. */
export function worstOf(all: readonly number[]): number {
  return fromWorst.find((code) => all.includes(code)) ?? 0;
}
