import type { RunEvent } from "../run/ports.ts";
import type { Display, Whose } from "./display.ts";
import type { Log, LogFields } from "./log.ts";
import { stageLine } from "./progress.ts";

/** For a program that reads the log: an event for the beginning of each run, each stage that is done, each warning. */
export function logDisplay(log: Log, verbose: boolean): Display {
  function show(event: RunEvent, run?: Whose): void {
    const fields: LogFields = { ...run };
    switch (event.kind) {
      case "opened":
        return log({ level: "info", event: "run_started", message: "the run begins", fields });
      case "started": {
        const { stage } = event;
        if (verbose)
          log({ level: "debug", event: "stage_started", message: `${stage} begins`, fields: { ...fields, stage } });
        return undefined;
      }
      case "finished": {
        const { stage, seconds, counts } = event;
        const own = { ...fields, stage, seconds };
        // A plugin names its counts as it likes.
        const all = { ...own, ...counts, ...own };
        return log({
          level: "info",
          event: "stage_finished",
          message: stageLine(event).replace(/\s+/g, " "),
          fields: all,
        });
      }
      case "warning":
        return log({ level: "warn", event: "warning", message: event.message, fields });
      case "progress":
        return undefined;
    }
  }

  return { show, aside: async (write) => write(), end() {} };
}
