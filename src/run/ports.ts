import type { Clock, HttpClient, Lock, Notifier, ObjectStore, Random, Sleep, StoreLocation } from "../core/ports.ts";
import type { Observation } from "../core/observation.ts";
import type { LockSettings } from "../config/dataset.ts";

/** What the display is told while a run goes on. */
export type RunEvent =
  | { kind: "opened" }
  | { kind: "started"; stage: string }
  | { kind: "progress"; stage: string; done: number; total?: number | undefined; unit: "bytes" | "rows" | "partitions" }
  | { kind: "finished"; stage: string; seconds: number; counts: Record<string, number> }
  | { kind: "warning"; message: string };

/** The run that an event is of. */
export interface RunName {
  dataset_id: string;
  run_id: string;
}

/** The world outside, as one run sees it. */
export interface RunPorts {
  clock: Clock;
  random: Random;
  sleep: Sleep;
  http: HttpClient;
  openStore(location: StoreLocation): ObjectStore;
  openLock(settings: LockSettings): Lock;
  /** How long a lock that is busy is waited for; undefined: not at all. */
  waitMs?: number | undefined;
  /** Undefined: nobody is told. */
  notifier: Notifier | undefined;
  /** A new folder of the run's own; `remove` takes it away with all that is in it. */
  tempDir(): Promise<{ path: string; remove(): Promise<void> }>;
  /** What the sha256 of the module is that serves a plugin name; undefined for built-in ones. */
  pluginDigest(name: string): Promise<string | undefined>;
  toolVersion: string;
  /** Who runs this, for locks and reports. */
  owner: string;
  signal: AbortSignal;
  /**
   * Offers to the listener what is thrown where nobody waits for it, until the function that it gives is called. The
   * listener says whether it takes the error upon itself. Undefined: nobody watches.
   */
  strays?: ((listener: (error: unknown) => boolean) => () => void) | undefined;
  /** The run is named in all events but those of what happens outside of one. */
  notify(event: RunEvent, run?: RunName): void;
  /** Takes the secrets out of a text that is kept or shown. */
  mask(text: string): string;
}

export interface RunRequest {
  /** Compare all that the source has, whatever the state says. */
  full: boolean;
  /** Gets the batches of a run that has no loader. */
  sink?: ((batch: readonly Observation[]) => void | Promise<void>) | undefined;
}
