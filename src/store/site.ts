import type { ObjectStore } from "../core/ports.ts";
import { jsonFormat, type DataFormat } from "./format.ts";
import { layoutOf, type Layout } from "./layout.ts";

/** One dataset in one store. */
export interface Site {
  dataset_id: string;
  objects: ObjectStore;
  keys: Layout;
  format: DataFormat;
}

export function siteOf(dataset_id: string, objects: ObjectStore, format: DataFormat = jsonFormat): Site {
  return { dataset_id, objects, keys: layoutOf(dataset_id, format.file), format };
}
