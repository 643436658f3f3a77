import type { LoadStep } from "../config/dataset.ts";
import type { StoreLocation } from "../core/ports.ts";
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

/** What events call the place of a store: its bucket, or its folder. */
export function bucketOf(location: StoreLocation): string {
  switch (location.kind) {
    case "file":
      return location.root;
    case "memory":
      return location.name;
    case "s3":
      return location.bucket;
  }
}

/** What comes in a bucket before every key of a store: nothing, or what ends in `/`. */
export function prefixOf(location: StoreLocation): string {
  return location.kind === "s3" && location.prefix !== "" ? `${location.prefix}/` : "";
}
