import type { StorePolicy } from "../config/policy.ts";
import type { StoredObservation } from "../core/observation.ts";
import { decodeData, encodeData } from "./data_file.ts";

/** How the observations of one partition are written. */
export interface DataFormat {
  name: StorePolicy["format"];
  /** What the file of a partition is called. */
  file: string;
  /** The same observations always give the same bytes. */
  encode(observations: readonly StoredObservation[]): Uint8Array;
  /** Throws `STORAGE`, naming the key, for what is damaged. */
  decode(bytes: Uint8Array, key: string): StoredObservation[] | Promise<StoredObservation[]>;
}

export const jsonFormat: DataFormat = { name: "json", file: "data.json", encode: encodeData, decode: decodeData };

/** The format that a dataset is kept in; what reads and writes Parquet is loaded only for datasets that use it. */
export async function formatOf({
  format,
  compression,
}: Pick<StorePolicy, "format" | "compression">): Promise<DataFormat> {
  if (format === "json") return jsonFormat;
  const { parquetFormat } = await import("./parquet.ts");
  return parquetFormat(compression);
}
