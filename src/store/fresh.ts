import type { PartitionStrategy } from "../config/policy.ts";
import type { StoredObservation } from "../core/observation.ts";
import type { Collection } from "./collect.ts";
import type { CollectedSeries } from "./collect_series.ts";
import { compareObservations } from "./order.ts";
import { partitionOf } from "./partition.ts";

/** What a run collected, by partition. */
export interface FreshPartitions {
  readonly paths: readonly string[];
  /** The observations of one partition in order; none for a partition that the run has nothing of. */
  rows(partition: string): StoredObservation[];
  /** Whether there is an observation of that series and instant (milliseconds since 1970), in whatever partition. */
  has(code: string, instant: number): boolean;
  /** The same of a local time, in milliseconds since 1970 as if it were UTC. */
  hasLocal(code: string, wall: number): boolean;
}

interface Stretch {
  series: CollectedSeries;
  from: number;
  to: number;
}

/** Divides a collection into partitions; only where they begin and end is kept. */
export function freshPartitions(collection: Collection, strategy: PartitionStrategy): FreshPartitions {
  const stretches = new Map<string, Stretch[]>();
  for (const [code, series] of collection.series) {
    let [current, month]: [Stretch | undefined, string] = [undefined, ""];
    for (let index = 0; index < series.count; index++) {
      const thisMonth = series.localMonth(index);
      if (current && thisMonth === month) current.to = index + 1;
      else {
        month = thisMonth;
        current = { series, from: index, to: index + 1 };
        const partition = partitionOf[strategy](code, month);
        const others = stretches.get(partition);
        if (others) others.push(current);
        else stretches.set(partition, [current]);
      }
    }
  }
  return {
    paths: [...stretches.keys()].toSorted(),
    rows(partition) {
      const parts = stretches.get(partition) ?? [];
      const rows = parts.flatMap(({ series, from, to }) =>
        Array.from({ length: to - from }, (_, i) => series.at(from + i)),
      );
      return parts.length > 1 ? rows.toSorted(compareObservations) : rows;
    },
    has: (code, instant) => collection.series.get(code)?.has(instant) ?? false,
    hasLocal: (code, wall) => collection.series.get(code)?.hasLocal(wall) ?? false,
  };
}
