import { IngestorError } from "../core/errors.ts";
import type { StoredObservation } from "../core/observation.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The bytes of a `data.json`: a JSON array, one observation a line. */
export function encodeData(observations: readonly StoredObservation[]): Uint8Array {
  if (observations.length === 0) return Buffer.from("[]\n");
  return Buffer.from(`[\n${observations.map(encodeObservation).join(",\n")}\n]\n`);
}

const quoted = new Map<string, string>();

/** Codes, units and dates repeat by the thousand; their quoting is remembered, within bounds. */
function quote(text: string): string {
  const known = quoted.get(text);
  if (known !== undefined) return known;
  if (quoted.size > 10_000) quoted.clear();
  const json = JSON.stringify(text);
  quoted.set(text, json);
  return json;
}

function encodeObservation(o: StoredObservation): string {
  return `{"obs_time":${quote(o.obs_time)},"internal_series_code":${quote(o.internal_series_code)},"value":${o.value},"unit":${quote(o.unit)},"frequency":${quote(o.frequency)},"collection_date":${quote(o.collection_date)}}`;
}

/** Reads a data file; `key` is for the message when it is damaged. */
export function decodeData(bytes: Uint8Array, key: string): StoredObservation[] {
  try {
    const parsed: unknown = JSON.parse(decoder.decode(bytes));
    if (Array.isArray(parsed) && parsed.every(isStored)) return parsed;
  } catch {
    // Falls through to the one message for all damage.
  }
  throw new IngestorError("STORAGE", `Cannot read "${key}": it is not a data file, or is damaged`);
}

function isStored(row: unknown): row is StoredObservation {
  if (typeof row !== "object" || row === null) return false;
  const { obs_time, internal_series_code, value, unit, frequency, collection_date } = row as Partial<StoredObservation>;
  const texts = [obs_time, internal_series_code, unit, frequency, collection_date];
  return Number.isFinite(value) && texts.every((text) => typeof text === "string");
}

/**
 * 128 bits in base64url over what a partition says, without `collection_date`: equal exactly where the observations
 * are. They must be in order.
 */
export function digestOf(observations: readonly StoredObservation[]): string {
  const hasher = new Bun.CryptoHasher("sha256");
  const lines = observations.map(
    (o) => `${o.obs_time}\t${o.internal_series_code}\t${o.value}\t${o.unit}\t${o.frequency}\n`,
  );
  return hasher.update(lines.join("")).digest().subarray(0, 16).toString("base64url");
}
