import type { StoredObservation } from "../core/observation.ts";
import type { Etag } from "../core/ports.ts";
import { digestOf } from "./data_file.ts";
import type { Site } from "./site.ts";

/** A data file that holds what it should, or what is wrong with it. */
export type Inspected =
  | { rows: StoredObservation[]; body: Uint8Array; etag: Etag }
  /** The etag is missing where the file is. */
  | { problem: string; etag: Etag | undefined };

/** Reads the data file at `key`. Only that the storage does not answer is thrown. */
export async function inspect({ objects, format }: Site, key: string, digest: string): Promise<Inspected> {
  const found = await objects.get(key);
  if (found === undefined) return { problem: "is missing", etag: undefined };
  const { body, etag } = found;
  try {
    const rows = await format.decode(body, key);
    if (digestOf(rows) === digest) return { rows, body, etag };
    return { problem: "holds other observations than the snapshot says", etag };
  } catch {
    return { problem: "is not a data file, or is damaged", etag };
  }
}
