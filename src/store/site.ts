import type { ObjectStore } from "../core/ports.ts";
import { layoutOf, type Layout } from "./layout.ts";

/** One dataset in one store. */
export interface Site {
  dataset_id: string;
  objects: ObjectStore;
  keys: Layout;
}

export function siteOf(dataset_id: string, objects: ObjectStore): Site {
  return { dataset_id, objects, keys: layoutOf(dataset_id) };
}
