import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import * as v from "valibot";
import type { StorePolicy } from "../config/policy.ts";
import { IngestorError } from "../core/errors.ts";
import type { StoredObservation } from "../core/observation.ts";
import { obsTimeOf, readIso } from "../core/time.ts";
import type { DataFormat } from "./format.ts";

const minute = 60_000;

const codecs = { snappy: "SNAPPY", gzip: "GZIP", zstd: "ZSTD", none: "UNCOMPRESSED" } as const;

const compressors = {
  GZIP: (bytes: Uint8Array) => Bun.gzipSync(Uint8Array.from(bytes), { level: 1 }),
  ZSTD: (bytes: Uint8Array) => Bun.zstdCompressSync(bytes, { level: 3 }),
};

const decompressors = {
  GZIP: (bytes: Uint8Array) => Bun.gunzipSync(Uint8Array.from(bytes)),
  ZSTD: (bytes: Uint8Array) => Bun.zstdDecompressSync(bytes),
};

const timestamp = {
  type: "INT64",
  converted_type: "TIMESTAMP_MICROS",
  logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  repetition_type: "REQUIRED",
} as const;
const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" } as const;

/** `utc_offset` has the minutes that the instant alone does not tell: the zone's offset in `obs_time`. */
export const schema = [
  { name: "observations", num_children: 7 },
  { name: "obs_time", ...timestamp },
  { name: "utc_offset", type: "INT32", repetition_type: "REQUIRED" } as const,
  { name: "internal_series_code", ...text },
  { name: "value", type: "DOUBLE", repetition_type: "REQUIRED" } as const,
  { name: "unit", ...text },
  { name: "frequency", ...text },
  { name: "collection_date", ...timestamp },
];

const row = v.object({
  obs_time: v.bigint(),
  utc_offset: v.number(),
  internal_series_code: v.string(),
  value: v.number(),
  unit: v.string(),
  frequency: v.string(),
  collection_date: v.bigint(),
});

/** Parquet, with the times as UTC timestamps in microseconds and the value as a double. */
export function parquetFormat(compression: StorePolicy["compression"]): DataFormat {
  const codec = codecs[compression];
  return {
    name: "parquet",
    file: "data.parquet",
    encode: (observations) =>
      new Uint8Array(
        parquetWriteBuffer({ columnData: columnsOf(observations), schema, codec, compressors, createdBy: "ingestor" }),
      ),
    decode,
  };
}

export function columnsOf(observations: readonly StoredObservation[]) {
  const times = observations.map(({ obs_time }) => readIso(obs_time));
  return [
    { name: "obs_time", data: times.map((time) => BigInt((time?.wall ?? 0) - (time?.offset ?? 0) * minute) * 1000n) },
    { name: "utc_offset", data: times.map((time) => time?.offset ?? 0) },
    { name: "internal_series_code", data: observations.map((o) => o.internal_series_code) },
    { name: "value", data: observations.map((o) => o.value) },
    { name: "unit", data: observations.map((o) => o.unit) },
    { name: "frequency", data: observations.map((o) => o.frequency) },
    { name: "collection_date", data: observations.map((o) => microsecondsOf(o.collection_date)) },
  ];
}

async function decode(bytes: Uint8Array, key: string): Promise<StoredObservation[]> {
  try {
    const file = bytes.slice().buffer;
    const parsers = { timestampFromMicroseconds: (microseconds: bigint) => microseconds };
    const rows = await parquetReadObjects({ file, compressors: decompressors, parsers });
    return v.parse(v.array(row), rows).map(observationOf);
  } catch (cause) {
    throw new IngestorError("STORAGE", `Cannot read "${key}": it is not a data file, or is damaged`, { cause });
  }
}

function observationOf({
  obs_time,
  utc_offset,
  collection_date,
  ...rest
}: v.InferOutput<typeof row>): StoredObservation {
  const { internal_series_code, value, unit, frequency } = rest;
  const time = obsTimeOf(Number(obs_time / 1000n), utc_offset);
  return {
    obs_time: time,
    internal_series_code,
    value,
    unit,
    frequency,
    collection_date: collectionDateOf(collection_date),
  };
}

/** Of a `collection_date`: ISO with six digits of a second and `+00:00`. */
function microsecondsOf(collection_date: string): bigint {
  return BigInt(Date.parse(`${collection_date.slice(0, 23)}Z`)) * 1000n + BigInt(collection_date.slice(23, 26));
}

function collectionDateOf(microseconds: bigint): string {
  const milliseconds = new Date(Number(microseconds / 1000n)).toISOString().slice(0, 23);
  return `${milliseconds}${String(microseconds % 1000n).padStart(3, "0")}+00:00`;
}
