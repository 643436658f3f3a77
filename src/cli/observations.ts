import { open } from "node:fs/promises";
import { IngestorError, reasonOf } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import type { Shell } from "./shell.ts";

/** Takes observations as JSON lines. */
export interface ObservationOutput {
  write(batch: readonly Observation[]): Promise<void>;
  end(): Promise<void>;
}

/**
 * Writes to the file, in place of what it held, or with `-` to standard output. Throws an `IngestorError` (`STORAGE`)
 * when that cannot be written.
 */
export async function openOutput(target: string, shell: Pick<Shell, "print">): Promise<ObservationOutput> {
  if (target === "-") return { write: (batch) => shell.print(Buffer.from(jsonLines(batch))), end: async () => {} };
  const file = await orCannotWrite(target, () => open(target, "w"));
  return {
    write: (batch) => orCannotWrite(target, () => file.appendFile(jsonLines(batch))),
    end: () => orCannotWrite(target, () => file.close()),
  };
}

/** One observation a line, each line ended. */
export function jsonLines(batch: readonly Observation[]): string {
  return batch.map((observation) => `${JSON.stringify(observation)}\n`).join("");
}

async function orCannotWrite<T>(target: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw new IngestorError("STORAGE", `Cannot write observations to "${target}": ${reasonOf(cause)}`, { cause });
  }
}
