import type { Dataset } from "../config/dataset.ts";
import type { StageContext } from "../core/plugin.ts";
import type { Diary } from "./diary.ts";
import type { RunPorts } from "./ports.ts";

/** What is done to one dataset and reported: a run, or a rollback. */
export interface Job {
  dataset: Dataset;
  ports: RunPorts;
  diary: Diary;
  run_id: string;
  now: Date;
  /** Aborts on a signal, and when the lock is lost. */
  signal: AbortSignal;
  /** Throws where `signal` has aborted or, by the clock, is about to. */
  mayPublish(): void;
}

/** What every step of one run has in common. */
export interface Session extends Job {
  tempDir: string;
  plugins: Record<string, string>;
  recipe: string;
  /** What of the recipe makes observations of the source's bytes. */
  reading: string;
  context: StageContext;
}

export function stageContext(dataset: Dataset, now: Date, signal: AbortSignal, diary: Diary): StageContext {
  const { dataset_id, provider, frequency } = dataset;
  return { dataset: { dataset_id, provider, frequency }, series: dataset.series, now, signal, warn: diary.warn };
}
