/** How often a series has an observation: daily, business-daily is B, weekly, monthly, quarterly, half-yearly (S), annual. */
export const frequencies = ["D", "B", "W", "M", "Q", "S", "A"] as const;
export type Frequency = (typeof frequencies)[number];

/** A cell or field as a source holds it, before anybody decided what it means. */
export type RawValue = string | number | boolean | null;

/** What a parser yields: one value of one series, as read. */
export interface ParsedPoint {
  internal_series_code: string;
  /**
   * Either a wall-clock ISO date or date-time without zone (`2024-11-25`, `2024-11-25T10:30:00`),
   * which the normalizer places in the dataset's time zone, or an instant with one (`…Z`, `…-03:00`).
   */
  obs_time: string;
  value: RawValue;
  unit?: string;
  frequency?: string;
}

/** One value of one series at one moment, as the store keeps it. */
export interface Observation {
  /** ISO 8601 with seconds and the zone's offset: `2024-11-25T00:00:00-03:00`; UTC is `+00:00`. */
  obs_time: string;
  internal_series_code: string;
  /** Finite. */
  value: number;
  /** Required once the last transform is done. */
  unit?: string;
  /** The dataset's own where it is missing after the last transform. */
  frequency?: string;
  /** When the value was first seen, ISO 8601 with microseconds, `+00:00`; the run's time where it is missing. */
  collection_date?: string;
}

/** An observation with nothing left open: what stands in a version's files. */
export type StoredObservation = Required<Observation>;

/** What the dataset file says of one series, beside where to find it. */
export interface SeriesInfo {
  internal_series_code: string;
  unit?: string | undefined;
  frequency?: string | undefined;
  /** Whether blank and error cells are left out without a word; otherwise each is a counted rejection. */
  drop_na?: boolean | undefined;
}

/** Observations travel between the stages in arrays of this size, the last one shorter. */
export const batchSize = 4096;
