import { stageLine } from "./progress.ts";
import type { RunEvent } from "../run/ports.ts";

/** Whose event it is; before a run has begun, there is only its dataset. */
export interface Whose {
  dataset_id: string;
  run_id?: string;
}

/** Shows what runs do while they do it. */
export interface Display {
  show(event: RunEvent, run?: Whose): void;
  /** Writes lines that stay, with those that change out of the way. */
  aside(write: () => void | Promise<void>): Promise<void>;
  /** Takes away what is not to stay: of one dataset, or of all. */
  end(dataset_id?: string): void;
}

export interface PlainSettings {
  note(text: string): void;
  /** Whether lines say whose they are. */
  many?: boolean;
  verbose?: boolean;
}

/** For a pipe or a file: one line for each stage when it is done, and the warnings. */
export function plainDisplay({ note, many = false, verbose = false }: PlainSettings): Display {
  return {
    show(event, run) {
      const whose = many && run ? `${run.dataset_id}: ` : "";
      if (event.kind === "started" && verbose) note(`debug: ${whose}${event.stage} begins\n`);
      if (event.kind === "finished") note(`${whose}${stageLine(event)}\n`);
      if (event.kind === "warning") note(`warning: ${whose}${event.message}\n`);
    },
    aside: async (write) => write(),
    end() {},
  };
}
