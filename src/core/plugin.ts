import type * as v from "valibot";
import type { HttpClient, StoreLocation } from "./ports.ts";
import type { Observation, ParsedPoint, SeriesInfo } from "./observation.ts";

/** The options of a plugin: always a strict object, so that an unknown key is an error. */
// oxlint-disable-next-line typescript/no-explicit-any -- only `any` lets plugins with different entries share a type
export type OptionsSchema = v.StrictObjectSchema<any, undefined>;

type Options<S extends OptionsSchema> = v.InferOutput<S>;

/** What every stage is given. */
export interface StageContext {
  readonly dataset: {
    readonly dataset_id: string;
    readonly provider: string | undefined;
    readonly frequency: string | undefined;
  };
  /** By series code, what the parser's `series_map` says of each series; empty without a `series_map`. */
  readonly series: ReadonlyMap<string, SeriesInfo>;
  /** The run's time, the same throughout. */
  readonly now: Date;
  /** Aborts when the run has to stop; pass it on to whatever can take long. */
  readonly signal: AbortSignal;
  /** A line for the operator; the run goes on. */
  warn(message: string): void;
}

/** What the source said of the bytes it served last time; sent back, it may answer "unchanged". */
export interface Validators {
  etag?: string | undefined;
  last_modified?: string | undefined;
}

export interface RawSource extends Validators {
  /** The source's bytes as they came; backed by a file where they are large. */
  blob: Blob;
  /** Where they came from, after redirects. Credentials in it are never shown. */
  url: string;
  media_type?: string | undefined;
}

export interface ExtractContext extends StageContext {
  readonly http: HttpClient;
  /** Exists, empty at first, removed after the run. */
  readonly tempDir: string;
  /** The folder of the dataset file: what relative paths are relative to. */
  readonly baseDir: string;
  /** Set only where "unchanged" would be understood. */
  readonly validators: Validators | undefined;
  progress(receivedBytes: number, totalBytes?: number): void;
}

/**
 * Layout checks of a source. Problems are collected, so that the run fails with all of them at once:
 * at `settle`, and in any case when the parser is done, before anything is published.
 */
export interface Guard {
  fail(problem: string): void;
  /** Throws if anything failed so far. */
  settle(): void;
}

export interface ParseContext extends StageContext {
  /**
   * For incremental reading: yield only what is later than this wall-clock time without zone
   * (`2026-04-15T00:00:00`); undefined: yield all there is.
   */
  lastObsTime(internal_series_code: string): string | undefined;
  readonly guard: Guard;
}

/** A point that cannot become an observation; counted and reported by its reason. */
export interface Rejection {
  rejected: string;
}

/** Gives an observation, a rejection, or undefined for what is left out silently. */
export type NormalizePoint = (point: ParsedPoint) => Observation | Rejection | undefined;

export type NormalizeContext = StageContext & {
  /** Adds to a count in the report (`duplicates`, …). */
  count(what: string): void;
};

/** Observations on their way between the stages: arrays of up to `batchSize`, asked for one after another. */
export type Batches = AsyncIterable<Observation[]>;

export interface LoadResult {
  /** Observations written. */
  loaded: number;
  /** Where they are now, for people. */
  destination: string;
}

interface Named<S extends OptionsSchema> {
  /** What dataset files call it; for a module in `plugins/` the name of the file. */
  name: string;
  /** What it does, in one line. */
  summary: string;
  options: S;
}

/**
 * Fetches the source's bytes. Throws if they cannot be had: an `IngestorError` (`SOURCE`) where the operator can do
 * something about it. "unchanged" only where `ctx.validators` is set.
 */
export interface Extractor<S extends OptionsSchema = OptionsSchema> extends Named<S> {
  extract(options: Options<S>, ctx: ExtractContext): Promise<RawSource | "unchanged">;
}

/**
 * Turns bytes into points, as they are read; a plain generator is the fast way. Throws if the layout is not as told,
 * or says so through `ctx.guard`, which collects. Points of one series need no order.
 */
export interface Parser<S extends OptionsSchema = OptionsSchema> extends Named<S> {
  parse(source: RawSource, options: Options<S>, ctx: ParseContext): Iterable<ParsedPoint> | AsyncIterable<ParsedPoint>;
}

/** Turns points into observations. Called once a run; the function it gives is called once a point, in order. */
export interface Normalizer<S extends OptionsSchema = OptionsSchema> extends Named<S> {
  normalize(options: Options<S>, ctx: NormalizeContext): NormalizePoint;
}

/**
 * Changes, adds or leaves out observations, batch by batch. After the last transformer every observation has a unit,
 * and no two are of one series and instant; otherwise the run fails.
 */
export interface Transformer<S extends OptionsSchema = OptionsSchema> extends Named<S> {
  transform(batches: Batches, options: Options<S>, ctx: StageContext): Batches;
}

/** Says where a versioned store lies: the run opens it, gates and publishes; `read`, `verify`, … use the same. */
export interface StoreLoader<S extends OptionsSchema = OptionsSchema> extends Named<S> {
  store(options: Options<S>): StoreLocation;
}

/** Writes observations to any other destination. Has to take all batches to their end, and throws if it cannot. */
export interface DirectLoader<S extends OptionsSchema = OptionsSchema> extends Named<S> {
  load(batches: Batches, options: Options<S>, ctx: StageContext): Promise<LoadResult>;
}

export type Loader<S extends OptionsSchema = OptionsSchema> = StoreLoader<S> | DirectLoader<S>;

export interface PluginByStage {
  extract: Extractor;
  parse: Parser;
  normalize: Normalizer;
  transform: Transformer;
  load: Loader;
}

export const stages = ["extract", "parse", "normalize", "transform", "load"] as const;
export type StageName = keyof PluginByStage;

/** A plugin with the stage that it serves. */
export type Plugin<K extends StageName = StageName> = { [S in K]: { stage: S } & PluginByStage[S] }[K];

/** How the other floors get at plugins, built in or from a folder. */
export interface PluginLookup {
  /** Loads the module if need be. Throws an `IngestorError` (`PLUGIN`) when the module is broken; undefined if there is none. */
  find<K extends StageName>(stage: K, name: string): Promise<Plugin<K> | undefined>;
  /** What `find` might know for that stage, without loading anything: all that a typo can have meant. */
  names(stage: StageName): readonly string[];
  /** The sha256 of the module that serves the name, in hex; undefined for a built-in plugin. */
  digest(name: string): Promise<string | undefined>;
}
