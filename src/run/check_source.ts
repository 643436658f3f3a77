import type { Dataset } from "../config/dataset.ts";
import type { RawSource } from "../core/plugin.ts";
import type { HttpClient } from "../core/ports.ts";
import { publicUrl } from "../core/url.ts";
import { stageContext } from "./context.ts";
import { diagnose, type Diagnosis } from "./diagnosis.ts";
import { openDiary } from "./diary.ts";
import type { RunPorts } from "./ports.ts";

const ifLate =
  "see that the source can be reached from here: the network, a proxy, a firewall; a run waits longer for it";

/** Extracts as a run does, but that what comes over HTTP is broken off with its first bytes. */
export function checkSource(dataset: Dataset, ports: RunPorts): Promise<Diagnosis> {
  const shown = (url: string) => `${dataset.source.plugin.name}: ${ports.mask(publicUrl(url))}`;
  return diagnose(
    "source",
    async (late) => {
      let answered: string | undefined;
      const http = brokenOff(ports.http, (url) => (answered = url));
      const signal = AbortSignal.any([ports.signal, late]);
      const { path, remove } = await ports.tempDir();
      try {
        const source = await firstBytes(dataset, { ...ports, http, signal }, path);
        return source === "unchanged" ? "unchanged" : `${shown(source.url)} has ${source.blob.size} bytes`;
      } catch (error) {
        if (answered === undefined) throw error;
        return `${shown(answered)} answers`;
      } finally {
        await remove();
      }
    },
    ifLate,
  );
}

function firstBytes(dataset: Dataset, ports: RunPorts, tempDir: string): Promise<RawSource | "unchanged"> {
  const { source, dataset_id, baseDir } = dataset;
  const diary = openDiary(dataset_id, "", { ...ports, notify: () => {} });
  const context = stageContext(dataset, ports.clock.now(), ports.signal, diary);
  const { http } = ports;
  return source.plugin.extract(source.options, {
    ...context,
    http,
    tempDir,
    baseDir,
    validators: undefined,
    progress: () => {},
  });
}

/** Asks once, and stops when the first bytes of a good answer are there. */
function brokenOff(http: HttpClient, answered: (url: string) => void): HttpClient {
  return {
    get(url, request) {
      const enough = new AbortController();
      return http.get(url, {
        ...request,
        retries: 0,
        signal: AbortSignal.any([request.signal, enough.signal]),
        onProgress() {
          answered(url);
          enough.abort(new DOMException("these are enough", "AbortError"));
        },
      });
    },
  };
}
