import { IngestorError, reasonOf } from "../core/errors.ts";
import type { Dataset } from "../config/dataset.ts";
import { placeIn } from "./blame.ts";
import type { RunPorts } from "./ports.ts";

/**
 * Takes the errors that a plugin of the dataset throws where nobody waits for them, as by a promise that it forgot:
 * they end this run, and no other. `release` when the run is over.
 */
export function catchStrays(dataset: Dataset, { strays }: RunPorts): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const names = pluginNames(dataset);
  const release = strays?.((error) => {
    const found = names.map((name) => ({ name, place: placeIn(error, name) })).find(({ place }) => place !== undefined);
    if (found === undefined) return false;
    controller.abort(
      new IngestorError("STAGE", `Cannot go on: "${found.name}" threw where nothing waits for it`, {
        cause: error,
        problems: [{ message: reasonOf(error), ...found.place }],
        hint: "the plugin starts something without await, or throws in a timer or a callback",
      }),
    );
    return true;
  });
  return { signal: controller.signal, release: release ?? (() => {}) };
}

function pluginNames({ source, parse, normalize, transform, load }: Dataset): string[] {
  const steps = [source, parse, normalize, ...transform, load];
  return [...new Set(steps.flatMap((step) => (step ? [step.plugin.name] : [])))];
}
