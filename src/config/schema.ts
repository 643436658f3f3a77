import * as v from "valibot";
import { nameProblem } from "../core/names.ts";
import { frequencies } from "../core/observation.ts";

const text = v.pipe(v.string(), v.minLength(1));
const stage = v.looseObject({ plugin: text });

/** A name that becomes a segment of a path in the store. */
const name = v.pipe(
  v.string(),
  v.check(
    (id) => nameProblem(id) === undefined,
    ({ input }) => nameProblem(input) ?? "",
  ),
);

/** The keys of a dataset file; the options of stages, state and lock are for the schemas of those that they name. */
export const datasetSchema = v.strictObject({
  dataset_id: v.pipe(name, v.description("What the dataset is known by; the folder of its store")),
  provider: v.pipe(v.optional(text), v.description("Who publishes the source")),
  frequency: v.pipe(v.optional(v.picklist(frequencies)), v.description("The frequency of series without their own")),
  tags: v.pipe(v.optional(v.array(text), []), v.description("What `--tag` finds the dataset by")),
  source: v.pipe(v.looseObject({ kind: v.optional(text) }), v.description("The extractor, `http` by default")),
  parse: v.pipe(v.optional(stage), v.description("The parser")),
  parse_config: v.pipe(v.optional(v.looseObject({})), v.description("Further options of the parser")),
  normalize: v.pipe(v.optional(stage), v.description("The normalizer")),
  transform: v.pipe(v.optional(v.union([stage, v.array(stage)])), v.description("Transformers, in order")),
  load: v.pipe(v.optional(stage), v.description("The loader: where the versioned store lies, or another destination")),
  state: v.pipe(v.optional(v.looseObject({ kind: v.optional(text) })), v.description("Where the state is kept")),
  state_file: v.pipe(v.optional(text), v.description("Short for a `state` of kind `file` with this path")),
  lock: v.pipe(v.optional(v.looseObject({ kind: text })), v.description("What keeps two runs apart")),
  windowInDays: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    v.description("Keep only observations this recent"),
  ),
});

const needs: Record<string, readonly string[]> = {
  parse_config: ["parse"],
  normalize: ["parse"],
  transform: ["parse", "normalize"],
  load: ["parse", "normalize"],
  state: ["parse"],
  state_file: ["parse"],
};

/** For each key that makes no sense without others that are missing, what to do about it. */
export function unmetNeeds(keys: ReadonlySet<string>): [key: string, problem: string][] {
  return Object.entries(needs).flatMap(([key, needed]): [string, string][] => {
    const missing = needed.filter((other) => !keys.has(other)).map((other) => `"${other}"`);
    if (!keys.has(key) || missing.length === 0) return [];
    return [[key, `needs ${missing.join(" and ")}: add ${missing.length === 1 ? "it" : "them"}, or remove "${key}"`]];
  });
}
