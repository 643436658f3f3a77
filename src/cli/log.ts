import type { Shell } from "./shell.ts";

/** What an event is about; flat, so that a query can name each. */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface LogEvent {
  level: "debug" | "info" | "warn" | "error";
  /** What happened: `stage_finished`, `run_finished`, `warning`, … */
  event: string;
  message: string;
  fields?: LogFields | undefined;
}

export type Log = (event: LogEvent) => void;

/** Writes each event as a line of JSON on standard error. What a field says never takes the place of what all have. */
export function jsonLog({ note, now }: Pick<Shell, "note" | "now">): Log {
  return ({ level, event, message, fields }) => {
    const line = { time: now().toISOString(), level, event, ...fields, message: message.trimEnd() };
    note(`${JSON.stringify(line)}\n`);
  };
}
