import type { DirectLoader, Extractor, Normalizer, Parser, StoreLoader, Transformer } from "../core/plugin.ts";
import type { SeriesInfo } from "../core/observation.ts";
import type { StoreLocation } from "../core/ports.ts";
import type { StorePolicy } from "./policy.ts";

/** A plugin with the options that the dataset file gives it, checked by the plugin's own schema. */
export interface Step<P> {
  plugin: P;
  options: object;
}

/** Where the versioned store of a dataset lies and how it is kept, or the direct loader that takes its place. */
export type LoadStep =
  | { kind: "store"; plugin: StoreLoader; location: StoreLocation; policy: StorePolicy }
  | ({ kind: "direct" } & Step<DirectLoader>);

export interface StateSettings {
  location: StoreLocation;
  key: string;
  /** Days before the last observation from which an incremental run reads again. */
  lookback: number;
}

export type LockSettings =
  | { kind: "memory"; key: string }
  | { kind: "file"; key: string; /** Of the lock files. */ folder: string }
  | DynamodbLockSettings;

export interface DynamodbLockSettings {
  kind: "dynamodb";
  key: string;
  table_name: string;
  region_name: string;
  timeout_seconds: number;
  /** Undefined: the credentials of the environment, a profile or the container. */
  aws_access_key_id?: string | undefined;
  aws_secret_access_key?: string | undefined;
}

/** One dataset file, resolved and valid. */
export interface Dataset {
  dataset_id: string;
  provider: string | undefined;
  frequency: string | undefined;
  /** What `--tag` finds it by. */
  tags: readonly string[];
  /** The path of the dataset file as given, for messages. */
  file: string;
  /** The absolute folder of the dataset file. */
  baseDir: string;
  source: Step<Extractor>;
  parse: Step<Parser> | undefined;
  normalize: Step<Normalizer> | undefined;
  transform: readonly Step<Transformer>[];
  load: LoadStep | undefined;
  /** By code, in the order of the file; empty where the parser's options have no `series_map`. */
  series: ReadonlyMap<string, SeriesInfo>;
  state: StateSettings | undefined;
  lock: LockSettings | undefined;
  windowInDays: number | undefined;
  /** True under `--local`: nobody is told of what is published. */
  silent: boolean;
  /** The whole resolved file as canonical JSON. May hold secrets: for hashing only. */
  resolved: string;
}
