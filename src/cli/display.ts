import { progressText, stageLine } from "./progress.ts";
import type { RunEvent } from "../run/ports.ts";

/** Shows what a run does while it does it. */
export interface Display {
  show(event: RunEvent): void;
  /** Takes away what is not to stay. */
  end(): void;
}

/** For a pipe or a file: one line for each stage when it is done, and the warnings. */
export function plainDisplay(note: (text: string) => void): Display {
  return {
    show(event) {
      if (event.kind === "finished") note(`${stageLine(event)}\n`);
      if (event.kind === "warning") note(`warning: ${event.message}\n`);
    },
    end() {},
  };
}

export interface LiveSettings {
  note(text: string): void;
  warn(message: string): void;
  /** Milliseconds, for the pace. */
  now(): number;
  columns: number;
}

const pace = 100;
const clearLine = "\r\u001b[2K";

/** For a terminal: below the lines of what is done, one line that changes with the stages under way. */
export function liveDisplay({ note, warn, now, columns }: LiveSettings): Display {
  const active = new Map<string, string>();
  let drawnAt = -Infinity;
  let drawn = false;

  function draw(): void {
    const text = [...active.values()].join("   ");
    note(clearLine + (text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`));
    drawnAt = now();
    drawn = true;
  }

  function clear(): void {
    if (drawn) note(clearLine);
    drawn = false;
  }

  /** Writes something that stays, above the line that changes. */
  function above(write: () => void): void {
    clear();
    write();
    if (active.size > 0) draw();
  }

  function show(event: RunEvent): void {
    switch (event.kind) {
      case "started":
        active.set(event.stage, event.stage);
        draw();
        break;
      case "progress":
        active.set(event.stage, progressText(event));
        if (now() - drawnAt >= pace) draw();
        break;
      case "finished":
        active.delete(event.stage);
        above(() => note(`${stageLine(event)}\n`));
        break;
      case "warning":
        above(() => warn(event.message));
    }
  }

  return {
    show,
    end() {
      active.clear();
      clear();
    },
  };
}
