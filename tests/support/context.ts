import type { NormalizeContext, ParseContext, StageContext } from "../../src/core/plugin.ts";
import type { SeriesInfo } from "../../src/core/observation.ts";
import type { State } from "../../src/core/ports.ts";
import { IngestorError } from "../../src/core/errors.ts";

/** What a test may settle of the dataset and the run; the rest has plain values. */
export interface ContextSettings {
  dataset?: Partial<StageContext["dataset"]>;
  series?: Iterable<SeriesInfo>;
  /** What `lastObsTime` answers. */
  state?: State;
  now?: Date;
  signal?: AbortSignal;
}

/** A context for every stage but extract, which keeps what the plugin says. */
export interface RecordingContext extends ParseContext, Pick<NormalizeContext, "count"> {
  readonly warnings: readonly string[];
  /** What the guard was told. */
  readonly problems: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** `guard.settle` throws an `IngestorError` (`SOURCE`) with the problems, as in a run. */
export function recordingContext(settings: ContextSettings = {}): RecordingContext {
  const warnings: string[] = [];
  const problems: string[] = [];
  const counts: Record<string, number> = {};
  return {
    dataset: { dataset_id: "test", provider: undefined, frequency: undefined, ...settings.dataset },
    series: new Map([...(settings.series ?? [])].map((info) => [info.internal_series_code, info])),
    now: settings.now ?? new Date("2026-04-21T12:00:00Z"),
    signal: settings.signal ?? new AbortController().signal,
    warnings,
    problems,
    counts,
    warn: (message) => void warnings.push(message),
    count: (what) => void (counts[what] = (counts[what] ?? 0) + 1),
    lastObsTime: (code) => settings.state?.[code],
    guard: {
      fail: (problem) => void problems.push(problem),
      settle() {
        if (problems.length === 0) return;
        const found = problems.map((message) => ({ message }));
        throw new IngestorError("SOURCE", `Cannot parse: ${problems.length} problem(s)`, { problems: found });
      },
    },
  };
}
