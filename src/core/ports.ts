/** The current time, so that tests own it. */
export interface Clock {
  now(): Date;
}

/** Settles after that long; rejects with the signal's reason if that aborts first. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** A number from 0 up to but not including 1. */
export type Random = () => number;

/** Names one state of one object; opaque, and only ever compared. */
export type Etag = string;

/** What must hold of an object for a put to happen: that it is absent, or that it is in this state. */
export type Expectation = { absent: true } | { etag: Etag };

export interface StoredObject {
  body: Uint8Array;
  etag: Etag;
}

export interface ObjectInfo {
  key: string;
  /** Bytes. */
  size: number;
  modified: Date;
}

/**
 * Where objects lie: a directory, a bucket below a prefix, the memory of a test. Keys are relative, with `/`
 * between segments. Every method throws an `IngestorError` (`STORAGE`) when the storage does not do its part.
 */
export interface ObjectStore {
  /** For people: `./data`, `s3://bucket/prefix`. */
  readonly name: string;
  /** The whole object, or undefined if there is none; no permission is never taken for absence. */
  get(key: string): Promise<StoredObject | undefined>;
  /**
   * Writes the whole object or nothing: no reader ever sees a part. Gives the new etag, or undefined if `expect` did
   * not hold at that moment, and then nothing was written. Of any number of puts that race with the same
   * expectation, one wins. When it throws, the object may be written or not.
   */
  put(key: string, body: Uint8Array | Blob, expect?: Expectation): Promise<Etag | undefined>;
  /**
   * Only where two keys can share content at no cost: as `put`, with the content of `from`, which never changes.
   * False if `expect` did not hold.
   */
  link?(from: string, to: string, expect: Expectation): Promise<boolean>;
  /** Returns once everything put through this store so far would survive a loss of power. */
  flush(): Promise<void>;
  /** The objects whose key begins with `prefix`, ordered by the bytes of their keys; none for an unknown prefix. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** Removes the objects that exist; absent ones are no error. */
  delete(keys: readonly string[]): Promise<void>;
}

/** Who holds a lock. What whoever took it did not say is empty or undefined. */
export interface LockHolder {
  owner: string;
  host: string;
  run_id: string;
  acquired_at: Date | undefined;
  /** When the lease ends unless it is renewed; undefined: when the process does. */
  expires_at: Date | undefined;
}

/** A lock that is ours. Its lease is renewed behind the scenes until it is released or lost. */
export interface HeldLock {
  /** Grows with every acquisition of the same key, so that what a late holder writes can be refused. */
  token: number;
  /** Aborts when the lease is lost; the reason is an Error that says why. */
  lost: AbortSignal;
  /**
   * Throws the reason if the lease is lost at this very moment, by the clock: a process that was paused learns it
   * before any timer of its own has had a turn.
   */
  check(): void;
  /** Gives the lock back if it is still ours. */
  release(): Promise<void>;
}

/** Keeps two runs of one dataset apart. Every method throws an `IngestorError` if it cannot tell. */
export interface Lock {
  acquire(key: string, wanted: { owner: string; run_id: string }): Promise<{ held: HeldLock } | { busy: LockHolder }>;
  /** Who holds it now; undefined: nobody. */
  holder(key: string): Promise<LockHolder | undefined>;
  /** Frees it, whoever holds it, and gives who that was; the holder finds its lock lost. */
  break(key: string): Promise<LockHolder | undefined>;
}

/** What the consumers are told of one published version. The field names are the wire format. */
export interface ProjectionUpdate {
  event: "projection_update";
  dataset_id: string;
  bucket: string;
  version_manifest_path: string;
  /** Ends in `/`; followed by a json_file of the manifest it is the key of a file. */
  projections_path: string;
}

/** Tells the consumers of a published version, at least once. */
export interface Notifier {
  announce(event: ProjectionUpdate, version_id: string): Promise<void>;
}

export interface HttpGet {
  headers?: Record<string, string> | undefined;
  /** For the whole request, redirects and body included; each retry has as long again. */
  timeoutSeconds: number;
  maxRedirects: number;
  maxBytes: number;
  /** How often a request is sent again after 408, 429, 5xx or a network error. */
  retries: number;
  /** False takes any certificate. */
  verifyTls: boolean;
  /** An existing folder; bodies too large for memory go into a file there. */
  tempDir: string;
  signal: AbortSignal;
  onProgress?: ((receivedBytes: number, totalBytes: number | undefined) => void) | undefined;
  /** Told of each attempt that failed, before the wait for the next. */
  onRetry?: ((message: string) => void) | undefined;
}

export interface HttpAnswer {
  /** 2xx, or 304. Any other status is an error. */
  status: number;
  /** After redirects. */
  url: string;
  headers: Headers;
  /** Empty with 304; backed by a file in `tempDir` where it is large. */
  body: Blob;
}

/** Fetches what a source publishes. Throws an `IngestorError` (`SOURCE`) when it cannot be had. */
export interface HttpClient {
  get(url: string, request: HttpGet): Promise<HttpAnswer>;
}

/** Per series code the last `obs_time` processed: local time without zone, `2026-04-15T00:00:00`. */
export type State = Record<string, string>;

/** Where a versioned store or a state file lies; a loader says it, and the run opens it. */
export type StoreLocation = { kind: "file"; root: string } | { kind: "memory"; name: string } | S3Location;

/** A part of a bucket of Amazon S3, or of a server that speaks like it. */
export interface S3Location {
  kind: "s3";
  bucket: string;
  /** What comes before every key, without a slash at its ends; empty: nothing does. */
  prefix: string;
  region: string;
  /** Undefined: what the environment names, else Amazon's own. */
  endpoint_url?: string | undefined;
  /** Whether the bucket stands in the path or in the host name; undefined: in the host name only where it can. */
  force_path_style?: boolean | undefined;
  /** Undefined: the credentials of the environment, a profile or the container. */
  aws_access_key_id?: string | undefined;
  aws_secret_access_key?: string | undefined;
  /** Whether a server is taken that does not enforce the conditions of puts. */
  unsafe_no_conditional_put?: boolean | undefined;
}
