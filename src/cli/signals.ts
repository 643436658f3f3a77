import { IngestorError } from "../core/errors.ts";

/** Whether the process is to end: somebody asked, or it cannot go on. */
export interface Stop {
  readonly signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM, 70 after a bug, undefined before. */
  exitCode(): number | undefined;
  /** What was thrown where nothing waits for it, and made the process stop. */
  bug(): unknown;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * From now on the first SIGINT or SIGTERM aborts the signal, and the second ends the process at once. So does `fail`
 * with what was thrown out of nowhere: what runs then is to end in order, and keep no lock.
 */
export function stopOnSignals(): Stop & { fail(bug: unknown): void } {
  const controller = new AbortController();
  let [code, thrown]: [number | undefined, unknown] = [undefined, undefined];
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (code !== undefined) process.exit(exitCodes[name]);
      code = exitCodes[name];
      controller.abort(new IngestorError("STOPPED", `Cannot go on: stopped by ${name}`));
    });
  }
  return {
    signal: controller.signal,
    exitCode: () => code,
    bug: () => thrown,
    fail(bug) {
      if (thrown !== undefined) return;
      [code, thrown] = [70, bug];
      controller.abort(new IngestorError("STOPPED", "Cannot go on: a bug ended the program"));
    },
  };
}
