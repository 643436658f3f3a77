import type { Notifier, ProjectionUpdate } from "../core/ports.ts";

/** Keeps what it is told, in order. */
export function memoryNotifier(): Notifier & {
  readonly told: readonly { event: ProjectionUpdate; version_id: string }[];
} {
  const told: { event: ProjectionUpdate; version_id: string }[] = [];
  return {
    told,
    async announce(event, version_id) {
      told.push({ event, version_id });
    },
  };
}
