import { IngestorError } from "../core/errors.ts";

/** Whether somebody asked the process to end. */
export interface Stop {
  readonly signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM, undefined before. */
  exitCode(): number | undefined;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** From now on the first SIGINT or SIGTERM aborts the signal, and the second ends the process at once. */
export function stopOnSignals(): Stop {
  const controller = new AbortController();
  let code: number | undefined;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (code !== undefined) process.exit(exitCodes[name]);
      code = exitCodes[name];
      controller.abort(new IngestorError("STOPPED", `Cannot go on: stopped by ${name}`));
    });
  }
  return { signal: controller.signal, exitCode: () => code };
}
