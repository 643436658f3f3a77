import * as v from "valibot";
import { IngestorError, placeOf, type Problem } from "../../src/core/errors.ts";
import {
  defineExtractor,
  defineLoader,
  defineNormalizer,
  defineParser,
  defineTransformer,
} from "../../src/core/define.ts";
import type { Plugin, PluginLookup } from "../../src/core/plugin.ts";
import { loadDataset, type DatasetInput } from "../../src/config/load.ts";

const seconds = v.pipe(v.number(), v.minValue(1), v.maxValue(600));

const plugins: readonly Plugin[] = [
  defineExtractor({
    name: "http",
    summary: "Fetches",
    options: v.strictObject({
      url: v.pipe(v.string(), v.regex(/^https?:/, "must begin with http:// or https://")),
      format: v.optional(
        v.pipe(
          v.string(),
          v.check(
            (format) => format.startsWith("x"),
            ({ input }) => `must not be ${input}`,
          ),
        ),
      ),
      timeout: v.optional(seconds, 30),
      verify_ssl: v.optional(v.boolean(), true),
      password: v.optional(v.string()),
      headers: v.optional(v.record(v.string(), v.string())),
    }),
    extract: async () => "unchanged",
  }),
  defineParser({
    name: "table",
    summary: "Reads tables",
    options: v.strictObject({
      file_type: v.optional(v.string()),
      header_search_max_rows: v.optional(v.pipe(v.number(), v.integer()), 30),
      until: v.optional(v.union([v.literal("date_restarts"), v.number()])),
      cell: v.optional(
        v.variant("by", [
          v.strictObject({ by: v.literal("name"), name: v.string() }),
          v.strictObject({ by: v.literal("index"), index: v.number() }),
        ]),
      ),
      where: v.optional(v.union([v.strictObject({ col: v.string(), equals: v.string() }), v.array(v.string())])),
      series_map: v.array(
        v.strictObject({
          internal_series_code: v.string(),
          unit: v.optional(v.string()),
          frequency: v.optional(v.string()),
          sheet: v.optional(v.string()),
          header_row: v.optional(v.number()),
          date_col: v.optional(v.string()),
          value_col: v.optional(v.string()),
          drop_na: v.optional(v.boolean(), false),
        }),
      ),
    }),
    parse: () => [],
  }),
  defineParser({ name: "plain", summary: "Reads nothing", options: v.strictObject({}), parse: () => [] }),
  defineNormalizer({
    name: "series",
    summary: "Normalizes",
    options: v.strictObject({
      timezone: v.string(),
      primary_keys: v.optional(v.array(v.picklist(["obs_time", "internal_series_code"]))),
    }),
    normalize: () => () => undefined,
  }),
  defineTransformer({
    name: "same",
    summary: "Changes nothing",
    options: v.strictObject({}),
    transform: (batches) => batches,
  }),
  defineTransformer({
    name: "scale",
    summary: "Multiplies",
    options: v.strictObject({ by: v.number() }),
    transform: (batches) => batches,
  }),
  defineLoader({
    name: "file_versioned",
    summary: "A directory",
    options: v.strictObject({ root: v.string() }),
    store: ({ root }) => ({ kind: "file", root }),
  }),
  defineLoader({
    name: "bucket_versioned",
    summary: "A bucket",
    options: v.strictObject({ bucket: v.string() }),
    store: ({ bucket }) => ({ kind: "memory", name: bucket }),
  }),
  defineLoader({
    name: "lines",
    summary: "Lines of a file",
    options: v.strictObject({ path: v.string() }),
    load: async () => ({ loaded: 0, destination: "nowhere" }),
  }),
];

export const lookup: PluginLookup = {
  async find(stage, name) {
    if (name === "broken") {
      const problems = [{ message: "Unexpected end of file", file: "plugins/broken.ts", line: 3, column: 7 }];
      throw new IngestorError("PLUGIN", 'Cannot load plugin "broken": 1 problem', { problems });
    }
    // The list is searched by stage, so what is found serves it.
    return plugins.find((plugin) => plugin.stage === stage && plugin.name === name) as never;
  },
  names: (stage) => plugins.filter((plugin) => plugin.stage === stage).map(({ name }) => name),
  digest: async () => undefined,
};

export function load(text: string, input: Partial<DatasetInput> = {}) {
  return loadDataset({ text, file: "a.yaml", baseDir: "/data", plugins: lookup, env: {}, ...input });
}

export function lines(problems: readonly Problem[]): string[] {
  return problems.map((problem) => `${placeOf(problem)} ${problem.message}`);
}

/** Every problem that a text has, as `file:line:column message`; none if it is valid. */
export async function problemsOf(text: string, input: Partial<DatasetInput> = {}): Promise<string[]> {
  try {
    await load(text, input);
    return [];
  } catch (error) {
    if (!(error instanceof IngestorError)) throw error;
    return lines(error.problems);
  }
}

export const valid = `dataset_id: rates
provider: BCRA
frequency: D
source: { kind: http, url: "https://example.org/series.xlsm", format: xlsx, timeout: 30, verify_ssl: true }
parse: { plugin: table }
parse_config:
  file_type: series
  header_search_max_rows: 30
  series_map:
    - internal_series_code: BCRA_RESERVAS_USD_M_D
      unit: USD_millions
      frequency: D
      sheet: RESERVAS
      header_row: 8
      date_col: A
      value_col: C
      drop_na: true
    - internal_series_code: BCRA_BASE_D
normalize: { plugin: series, timezone: America/Argentina/Buenos_Aires, primary_keys: [obs_time, internal_series_code] }
transform: { plugin: same }
load:
  plugin: file_versioned
  root: ./out
  partition_strategy: series_year_month
  projection: { copy_workers: 10, merge_workers: 5 }
state: { kind: file, path: datasets/rates/state.json }
lock: null
windowInDays: 365
`;
