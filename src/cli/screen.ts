import { formatCount } from "./format.ts";
import type { Shell } from "./shell.ts";

/** The lines of a list that still fit on a screen with what stands around it. */
const screenful = 20;

/** How much of a list is shown: on a terminal a screen, unless all is asked for; in a pipe or a file everything. */
export function linesShown({ outTerminal }: Pick<Shell, "outTerminal">, verbose = false): number {
  return outTerminal && !verbose ? screenful : Infinity;
}

/** The first of these, and the line that says that there are more: nothing where all fit. */
export function cut<T>(all: readonly T[], most: number, how = "-v shows all"): { shown: readonly T[]; more: string[] } {
  if (all.length <= most) return { shown: all, more: [] };
  return { shown: all.slice(0, most), more: [moreLine(all.length - most, how)] };
}

export function moreLine(count: number, how: string): string {
  return `… and ${formatCount(count)} more: ${how}`;
}

/** Lines as a text, each ended. */
export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Values as JSON, one a line. */
export function jsonText(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
