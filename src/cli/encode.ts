import type { StoredObservation } from "../core/observation.ts";
import { jsonLines } from "./observations.ts";
import { tableChunks } from "./table.ts";

export const readFormats = ["table", "csv", "json", "jsonl", "parquet"] as const;
export type ReadFormat = (typeof readFormats)[number];

type Batches = AsyncIterable<readonly StoredObservation[]>;
type Chunks = AsyncIterable<string | Uint8Array>;

/** Observations as text or bytes, batch by batch. */
export const encode: Record<ReadFormat, (batches: Batches) => Chunks> = {
  table: (batches) => tableChunks(tableHeader, tableRows(batches), [2]),
  csv: csvChunks,
  json: jsonChunks,
  async *jsonl(batches) {
    for await (const batch of batches) yield jsonLines(batch);
  },
  async *parquet(batches) {
    const { parquetChunks } = await import("../store/parquet_stream.ts");
    yield* parquetChunks(batches);
  },
};

const fields = ["obs_time", "internal_series_code", "value", "unit", "frequency", "collection_date"] as const;

/** As RFC 4180 has it, the header and the line ends included. */
async function* csvChunks(batches: Batches): Chunks {
  yield `${fields.join(",")}\r\n`;
  for await (const batch of batches) {
    yield batch.map((row) => `${fields.map((field) => csvCell(String(row[field]))).join(",")}\r\n`).join("");
  }
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One array, an observation a line. */
async function* jsonChunks(batches: Batches): Chunks {
  let separator = "[\n";
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield separator + batch.map((row) => JSON.stringify(row)).join(",\n");
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}

const tableHeader = ["series", "obs_time", "value", "unit", "frequency", "first seen"];

async function* tableRows(batches: Batches): AsyncGenerator<string[][], void, void> {
  for await (const batch of batches) yield batch.map(tableRow);
}

function tableRow({ internal_series_code, obs_time, value, unit, frequency, collection_date }: StoredObservation) {
  return [internal_series_code, timeCell(obs_time), String(value), unit, frequency, collection_date.slice(0, 10)];
}

/** Midnight is written as the date alone. */
export function timeCell(obs_time: string): string {
  return obs_time.slice(10).startsWith("T00:00:00") && !obs_time.includes(".") ? obs_time.slice(0, 10) : obs_time;
}
