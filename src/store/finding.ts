import { IngestorError } from "../core/errors.ts";
import type { Expectation, StoredObject } from "../core/ports.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry } from "./snapshot.ts";

/** What puts a problem right. */
export type Remedy =
  /** The projections tell what the pointer named. */
  | { kind: "pointer"; version_id: string; expect: Expectation }
  /** The projection still holds what the version's own file has lost. */
  | { kind: "data"; partition: string; entry: PartitionEntry }
  | { kind: "projection"; partition: string }
  /** What the description of the projections says cannot be kept. */
  | { kind: "shown" }
  | { kind: "lagging" }
  | { kind: "state" };

/** One thing in the store that is not as it should be. */
export interface Finding {
  key: string;
  /** What is wrong with it, as the end of a sentence: `is missing`. */
  problem: string;
  remedy?: Remedy;
}

export type Report = (finding: Finding) => void;

/** An object as `decode` reads it; undefined where that is not possible, after a finding. */
export async function readOrReport<T>(
  { objects }: Site,
  key: string,
  report: Report,
  decode: (found: StoredObject) => T,
): Promise<T | undefined> {
  const found = await objects.get(key);
  if (found === undefined) {
    report({ key, problem: "is missing" });
    return undefined;
  }
  try {
    return decode(found);
  } catch (error) {
    if (!(error instanceof IngestorError)) throw error;
    report({ key, problem: "is damaged" });
    return undefined;
  }
}
