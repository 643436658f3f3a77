import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { memoryLock } from "../../src/adapters/memory_lock.ts";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { loadDataset } from "../../src/config/load.ts";
import type { Dataset } from "../../src/config/dataset.ts";
import type { StoredObservation } from "../../src/core/observation.ts";
import { defineLoader, defineParser } from "../../src/core/define.ts";
import type { Plugin } from "../../src/core/plugin.ts";
import type { HttpAnswer, HttpClient, HttpGet, ObjectStore, Random, Sleep } from "../../src/core/ports.ts";
import { builtinPlugins } from "../../src/host/builtins.ts";
import { pluginRegistry } from "../../src/host/registry.ts";
import type { RunEvent, RunPorts, RunRequest } from "../../src/run/ports.ts";
import { run } from "../../src/run/run.ts";
import { bucketOf } from "../../src/run/target.ts";
import { readHead, snapshotOf } from "../../src/store/head.ts";
import { readVersion } from "./read_version.ts";
import { siteOf } from "../../src/store/site.ts";

export const storeRoot = "datasets/rates/";

/** Two series of a bank of which nothing else is known; no state, so that every run compares all there is. */
export const rates = `dataset_id: rates
provider: Test
frequency: D
source: { kind: http, url: "https://example.org/rates.csv" }
parse: { plugin: lines }
parse_config:
  series_map:
    - { internal_series_code: A_D, unit: index }
    - { internal_series_code: B_D, unit: percent }
normalize: { plugin: series, timezone: America/Argentina/Buenos_Aires }
transform: { plugin: metadata }
load: { plugin: memory_versioned, name: shelf }
`;

/** For `set`: gives `rates` a state. */
export const withState = "state={kind: file, path: state/rates.json}";
/** For `set`: gives `rates` a lock. */
export const withLock = "lock={kind: memory}";

const lines = defineParser({
  name: "lines",
  summary: "Reads lines of code,date,value; a line that begins with ! is a problem of the layout",
  options: v.strictObject({
    obedient: v.optional(v.boolean(), true),
    series_map: v.optional(
      v.array(v.strictObject({ internal_series_code: v.string(), unit: v.optional(v.string()) })),
      [],
    ),
  }),
  async *parse({ blob }, { obedient }, { lastObsTime, guard }) {
    for (const line of (await blob.text()).split("\n").filter((text) => text !== "")) {
      const [internal_series_code = "", date = "", value = ""] = line.split(",");
      const last = obedient ? lastObsTime(internal_series_code) : undefined;
      if (line.startsWith("!")) guard.fail(line.slice(1));
      else if (last === undefined || `${date}T00:00:00` > last) {
        yield { internal_series_code, obs_time: date, value };
      }
    }
  },
});

const memoryVersioned = defineLoader({
  name: "memory_versioned",
  summary: "Keeps every version of the dataset in memory",
  options: v.strictObject({ name: v.string() }),
  store: ({ name }) => ({ kind: "memory", name }),
});

export interface DatasetChanges {
  /** Key by key, in the place of what the text says. */
  set?: readonly string[];
  plugins?: readonly Plugin[];
}

const datasets = new Map<string, Promise<Dataset>>();

/** Read once, where no plugin of a test's own is in it: some tests run thousands of times. */
export function datasetOf(text: string, changes: DatasetChanges = {}): Promise<Dataset> {
  if (changes.plugins?.length) return readDataset(text, changes);
  const name = JSON.stringify([text, changes.set]);
  const known = datasets.get(name) ?? readDataset(text, changes);
  datasets.set(name, known);
  return known;
}

async function readDataset(text: string, { set, plugins = [] }: DatasetChanges): Promise<Dataset> {
  const registry = pluginRegistry([...builtinPlugins, lines, memoryVersioned, ...plugins], []);
  const { dataset } = await loadDataset({ text, file: "a.yaml", baseDir: "/data", plugins: registry, env: {}, set });
  return dataset;
}

export interface RunSettings extends DatasetChanges, Partial<RunRequest> {
  ports?: Partial<RunPorts>;
  text?: string;
}

/** Everything outside of the runs of one test. Time stands still unless the test moves it; nothing is left to chance. */
export function world() {
  const stores = new Map<string, ObjectStore>();
  const events: RunEvent[] = [];
  const asked: HttpGet[] = [];
  const temporary: string[] = [];
  let time = "2026-04-21T12:00:00Z";
  let answer = answering("");

  const clock = { now: () => new Date(time) };
  /** Waiting takes no time, and moves the clock. */
  const sleep: Sleep = async (ms, signal) => {
    signal.throwIfAborted();
    time = new Date(clock.now().getTime() + ms).toISOString();
  };
  const lock = memoryLock({ ...clock, sleep: () => new Promise(() => {}) });
  const ports: RunPorts = {
    clock,
    random: seeded(1),
    sleep,
    http: {
      async get(url, request) {
        asked.push(request);
        return answer(url, request);
      },
    },
    openStore: (location) => store(bucketOf(location)),
    openLock: () => lock,
    notifier: undefined,
    async tempDir() {
      const path = await mkdtemp(join(tmpdir(), "ingestor-test-"));
      temporary.push(path);
      return { path, remove: () => rm(path, { recursive: true }) };
    },
    pluginDigest: async () => undefined,
    toolVersion: "1.2.3",
    owner: "test",
    signal: new AbortController().signal,
    notify: (event) => void events.push(event),
    mask: (text) => text,
  };

  function store(name = "shelf"): ObjectStore {
    const known = stores.get(name) ?? memoryStore(name);
    stores.set(name, known);
    return known;
  }

  async function text(key: string, name?: string): Promise<string | undefined> {
    const found = await store(name).get(key);
    return found && new TextDecoder().decode(found.body);
  }

  return {
    ports,
    lock,
    events,
    store,
    /** What was asked of the web. */
    asked,
    /** The temporary folders that are still there. */
    leftBehind: () => temporary.filter((path) => existsSync(path)),
    /** From now on it is this late. */
    at: (now: string) => void (time = now),
    /** From now on this is what the source gives; etag and last-modified are understood if they are sent back. */
    serve: (body: string, headers: Record<string, string> = {}) => void (answer = answering(body, headers)),
    answerWith: (get: HttpClient["get"]) => void (answer = get),

    async run({ text = rates, set = [], plugins = [], ports: others, ...request }: RunSettings = {}) {
      const dataset = await datasetOf(text, { set, plugins });
      return run(dataset, { ...ports, ...others }, { full: false, ...request });
    },

    text,
    /** The document below the folder of the dataset; null where there is none. */
    json: async (path: string) => JSON.parse((await text(storeRoot + path)) ?? "null"),
    /** The keys below the folder of the dataset. */
    async keys(prefix = ""): Promise<string[]> {
      const found = await Array.fromAsync(store().list(storeRoot + prefix));
      return found.map(({ key }) => key.slice(storeRoot.length));
    },
    /** Every observation that a reader finds who follows the pointer. */
    current: () => currentIn(store()),
    projected: () => projectedIn(store()),
  };
}

export type World = ReturnType<typeof world>;

function answering(body: string, headers: Record<string, string> = {}): HttpClient["get"] {
  return async (url, request): Promise<HttpAnswer> => {
    const sent = new Headers(request.headers);
    const isKnown =
      (headers["etag"] !== undefined && sent.get("if-none-match") === headers["etag"]) ||
      (headers["last-modified"] !== undefined && sent.get("if-modified-since") === headers["last-modified"]);
    const [status, blob] = isKnown ? [304, new Blob([])] : [200, new Blob([body])];
    return { status, url, headers: new Headers(headers), body: blob };
  };
}

/** Mulberry32: the same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every observation of the version that the pointer names, each file against its digest; `code,date,value`. */
export async function currentIn(objects: ObjectStore): Promise<string[]> {
  const site = siteOf("rates", objects);
  const rows = await readVersion(site, snapshotOf(await readHead(site)));
  return rows.map(brief);
}

/** What the consumers' copy holds, file by file in the order of the paths; `code,date,value`. */
export async function projectedIn(objects: ObjectStore): Promise<string[]> {
  const rows: StoredObservation[] = [];
  for await (const { key } of objects.list(`${storeRoot}projections/`)) {
    const found = key.endsWith("/data.json") ? await objects.get(key) : undefined;
    if (found) rows.push(...JSON.parse(new TextDecoder().decode(found.body)));
  }
  return rows.map(brief);
}

function brief({ internal_series_code, obs_time, value }: StoredObservation): string {
  return `${internal_series_code},${obs_time.slice(0, 10)},${value}`;
}
