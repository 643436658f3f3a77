import type { LoadStep } from "../config/dataset.ts";
import type { Site } from "../store/site.ts";
import type { StatePlace } from "../store/state.ts";

export type StoreStep = Extract<LoadStep, { kind: "store" }>;

/** Where a run publishes. */
export interface StoreTarget {
  site: Site;
  step: StoreStep;
  state: StatePlace | undefined;
  /** The fencing token of the lock, where there is one. */
  token: number | undefined;
}
