import { progressText, stageLine } from "./progress.ts";
import type { Display, Whose } from "./display.ts";
import type { RunEvent } from "../run/ports.ts";

export interface LiveSettings {
  note(text: string): void;
  warn(message: string): void;
  /** Milliseconds, for the pace. */
  now(): number;
  columns: number;
  /** Whether there is a line for each dataset, and none that stays for its stages. */
  many?: boolean;
}

const pace = 100;
const mostLines = 10;
const clearLine = "\r\u001b[2K";
const clearLineAbove = "\u001b[1A\u001b[2K";

/** For a terminal: below what stays, a line for each dataset that changes with its stages under way. */
export function liveDisplay({ note, warn, now, columns, many = false }: LiveSettings): Display {
  /** By dataset, and for each by stage. */
  const active = new Map<string, Map<string, string>>();
  let drawnAt = -Infinity;
  let drawn = 0;
  let held = 0;

  function lines(): string[] {
    const all = [...active].map(([dataset_id, stages]) => [...(many ? [dataset_id] : []), ...stages.values()]);
    const shown = all
      .slice(0, all.length > mostLines ? mostLines - 1 : mostLines)
      .map((parts) => fitted(parts.join("   ")));
    return shown.length === all.length ? shown : [...shown, `… and ${all.length - shown.length} more`];
  }

  function fitted(text: string): string {
    return text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`;
  }

  const erased = () => clearLine + clearLineAbove.repeat(Math.max(0, drawn - 1));

  function draw(): void {
    if (held > 0) return;
    const all = lines();
    note(erased() + all.join("\n"));
    drawnAt = now();
    drawn = all.length;
  }

  function clear(): void {
    if (drawn > 0) note(erased());
    drawn = 0;
  }

  function above(write: () => void): void {
    clear();
    write();
    if (active.size > 0) draw();
  }

  function put(dataset_id: string, stage: string, text: string): void {
    const stages = active.get(dataset_id) ?? new Map<string, string>();
    active.set(dataset_id, stages.set(stage, text));
  }

  function remove(dataset_id: string, stage: string): void {
    const stages = active.get(dataset_id);
    stages?.delete(stage);
    if (stages?.size === 0 && !many) active.delete(dataset_id);
  }

  function show(event: RunEvent, run?: Whose): void {
    const dataset_id = run?.dataset_id ?? "";
    switch (event.kind) {
      case "opened":
        if (many) active.set(dataset_id, new Map());
        break;
      case "started":
        put(dataset_id, event.stage, event.stage);
        draw();
        break;
      case "progress":
        put(dataset_id, event.stage, progressText(event));
        if (now() - drawnAt >= pace) draw();
        break;
      case "finished":
        remove(dataset_id, event.stage);
        if (many) draw();
        else above(() => note(`${stageLine(event)}\n`));
        break;
      case "warning":
        above(() => warn(many && run ? `${dataset_id}: ${event.message}` : event.message));
    }
  }

  return {
    show,
    async aside(write) {
      clear();
      held++;
      try {
        await write();
      } finally {
        held--;
        if (active.size > 0) draw();
      }
    },
    end(dataset_id) {
      if (dataset_id === undefined) active.clear();
      else active.delete(dataset_id);
      clear();
      if (active.size > 0) draw();
    },
  };
}
