import { jsonLog, type LogFields } from "./log.ts";
import type { Shell } from "./shell.ts";

/** Lines for the person at the keyboard, or events for the log, on standard error. */
export interface Messages {
  warn(text: string, about?: LogFields): void;
  /** Text that may have several lines, the last one ended. */
  fail(text: string, about?: LogFields): void;
}

/** On a terminal as consola shows them, in a pipe as plain lines, or as JSON. */
export async function openMessages(shell: Shell): Promise<Messages> {
  const { terminal, note, logFormat, secrets } = shell;
  if (logFormat === "json") return loggedMessages(shell);
  if (!terminal) return { warn: (text) => note(`warning: ${text}\n`), fail: note };
  const { createConsola } = await import("consola");
  const { stderr } = process;
  const consola = createConsola({ stdout: stderr, stderr, formatOptions: { colors: terminal.colour, date: false } });
  return {
    warn: (text) => consola.warn(secrets.mask(text)),
    fail: (text) => consola.error(secrets.mask(text.trimEnd())),
  };
}

function loggedMessages(shell: Shell): Messages {
  const log = jsonLog(shell);
  return {
    warn: (message, fields) => log({ level: "warn", event: "warning", message, fields }),
    fail: (message, fields) => log({ level: "error", event: "error", message, fields }),
  };
}
