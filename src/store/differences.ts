import type { PartitionEntry, Snapshot } from "./snapshot.ts";

/**
 * Each partition whose projection may have to change between two snapshots, with what it is to show; undefined for one
 * that is no more. What was `written` may hold anything.
 */
export function differences(
  before: Snapshot,
  after: Snapshot,
  written: ReadonlySet<string>,
): [string, PartitionEntry | undefined][] {
  const changed = [...after.partitions].filter(([partition, entry]) => {
    const old = before.partitions.get(partition);
    return old?.digest !== entry.digest || old.version_id !== entry.version_id || written.has(partition);
  });
  const gone = [...new Set([...before.partitions.keys(), ...written])].filter(
    (partition) => !after.partitions.has(partition),
  );
  return [...changed, ...gone.map((partition) => [partition, undefined] as [string, undefined])];
}
