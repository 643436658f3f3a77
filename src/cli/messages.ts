import type { Shell } from "./shell.ts";

/** Lines for the person at the keyboard, on standard error. */
export interface Messages {
  warn(text: string): void;
  /** Text that may have several lines, the last one ended. */
  fail(text: string): void;
}

/** On a terminal as consola shows them, in a pipe as plain lines. */
export async function openMessages({ terminal, note }: Pick<Shell, "terminal" | "note">): Promise<Messages> {
  if (!terminal) return { warn: (text) => note(`warning: ${text}\n`), fail: note };
  const { createConsola } = await import("consola");
  const { stderr } = process;
  const consola = createConsola({ stdout: stderr, stderr, formatOptions: { colors: terminal.colour, date: false } });
  return { warn: (text) => consola.warn(text), fail: (text) => consola.error(text.trimEnd()) };
}
