import { masked } from "../core/secrets.ts";
import { isoSeconds } from "../core/time.ts";
import type { Observation } from "../core/observation.ts";
import type { RunPorts } from "./ports.ts";
import { newReport, type RunReport, type SeriesReport } from "./report.ts";

/** The report of a run while it is being written. */
export type Diary = ReturnType<typeof openDiary>;

export function openDiary(dataset_id: string, run_id: string, ports: RunPorts) {
  const report = newReport(dataset_id, run_id, ports.clock.now());
  const series = new Map<string, SeriesReport>();
  const arrivals = new Map<string, number>();
  const counts: Record<string, number> = {};

  return {
    report,

    warn(text: string): void {
      const message = ports.mask(text);
      report.warnings.push(message);
      ports.notify({ kind: "warning", message });
    },

    reject(reason: string): void {
      report.rejected++;
      report.rejections[reason] = (report.rejections[reason] ?? 0) + 1;
    },

    /** What the normalizer counted. */
    counts,

    count(what: string): void {
      counts[what] = (counts[what] ?? 0) + 1;
      report.duplicates = counts["duplicates"] ?? 0;
    },

    /** An observation of that series came out of the normalizer. */
    arrived: (code: string): void => void arrivals.set(code, (arrivals.get(code) ?? 0) + 1),
    arrivalsOf: (code: string): number => arrivals.get(code) ?? 0,
    arrivals: (): number => arrivals.values().reduce((sum, count) => sum + count, 0),

    /** An observation is to be loaded. */
    saw({ internal_series_code: code, obs_time }: Observation): void {
      const known = series.get(code);
      if (known === undefined) series.set(code, { observations: 1, last_obs_time: obs_time });
      else {
        known.observations++;
        // Offsets of one zone differ by an hour or so: as text, times of one series compare well enough to report.
        if (known.last_obs_time === null || obs_time > known.last_obs_time) known.last_obs_time = obs_time;
      }
    },

    close(): RunReport {
      report.series = Object.fromEntries(series);
      report.finished_at = isoSeconds(ports.clock.now());
      // Texts that others made, such as plugins; ids and codes are names, and stay what they are.
      const { rejections, source, store, error } = report;
      Object.assign(report, masked({ rejections, source, store, ...(error && { error }) }, ports.mask));
      return report;
    },
  };
}

/** Times one stage and tells the display of it. */
export async function stage<T>(
  diary: Diary,
  ports: RunPorts,
  name: string,
  work: (counts: Record<string, number>) => Promise<T>,
): Promise<T> {
  const counts: Record<string, number> = {};
  const began = ports.clock.now().getTime();
  ports.notify({ kind: "started", stage: name });
  const result = await work(counts);
  const seconds = (ports.clock.now().getTime() - began) / 1000;
  diary.report.stages.push({ stage: name, seconds, counts });
  ports.notify({ kind: "finished", stage: name, seconds, counts });
  return result;
}
