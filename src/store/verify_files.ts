import type { StoredObservation } from "../core/observation.ts";
import { inParallel } from "../core/parallel.ts";
import { extentOf } from "./extents.ts";
import type { Report } from "./finding.ts";
import { inspect } from "./inspect.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry, SeriesExtent, Snapshot } from "./snapshot.ts";

/** What is remembered of a data file that holds what the snapshot says. */
export interface FileFacts {
  rows: number;
  series: ReadonlyMap<string, SeriesExtent>;
  /** Of its bytes. */
  sha256: string;
}

export interface FileChecks {
  workers: number;
  /** Whether there are projections that may hold what a file has lost. */
  projected: boolean;
  report: Report;
  /** Called before each file is read. */
  proceed(): void;
}

/** Checks the files of one version after another, each file once however many versions refer to it. */
export function fileChecker(site: Site, { workers, projected, report, proceed }: FileChecks) {
  const known = new Map<string, FileFacts | undefined>();
  const nameOf = (partition: string, { version_id, digest }: PartitionEntry) => `${version_id} ${digest} ${partition}`;

  async function check(partition: string, entry: PartitionEntry): Promise<FileFacts | undefined> {
    const key = site.keys.data(entry.version_id, partition);
    const found = await inspect(site, key, entry.digest);
    if ("rows" in found) return factsOf(found.rows, found.body);
    const rescue = projected ? await inspect(site, site.keys.projection(partition), entry.digest) : undefined;
    const remedy = rescue && "rows" in rescue ? ({ kind: "data", partition, entry } as const) : undefined;
    report({ key, problem: found.problem, ...(remedy && { remedy }) });
    return undefined;
  }

  return {
    async checkAll({ partitions }: Snapshot): Promise<void> {
      const unknown = [...partitions].filter(([partition, entry]) => !known.has(nameOf(partition, entry)));
      await inParallel(workers, unknown, async ([partition, entry]) => {
        proceed();
        known.set(nameOf(partition, entry), await check(partition, entry));
      });
    },
    /** Undefined where the file is not as it should be. */
    factsOf: (partition: string, entry: PartitionEntry) => known.get(nameOf(partition, entry)),
    /** How many files were checked. */
    count: () => known.size,
  };
}

export type FileChecker = ReturnType<typeof fileChecker>;

function factsOf(rows: readonly StoredObservation[], body: Uint8Array): FileFacts {
  const series = new Map<string, SeriesExtent>();
  for (const [code, those] of Map.groupBy(rows, (row) => row.internal_series_code)) {
    const extent = extentOf(those);
    if (extent) series.set(code, extent);
  }
  return { rows: rows.length, series, sha256: sha256Of(body) };
}

export function sha256Of(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}
