import { inspect } from "node:util";
import { IngestorError } from "../core/errors.ts";

const text = ["string"];
const textIfAny = ["string", "undefined"];
const observation = {
  internal_series_code: text,
  obs_time: text,
  value: ["number"],
  unit: textIfAny,
  frequency: textIfAny,
  collection_date: textIfAny,
};

/** What each stage gives: of every field the types that it may have. */
const shapes: Readonly<Record<"parse" | "normalize" | "transform", [string, readonly string[]][]>> = {
  parse: Object.entries({
    internal_series_code: text,
    obs_time: text,
    value: ["string", "number", "boolean", "null"],
    unit: textIfAny,
    frequency: textIfAny,
  }),
  normalize: Object.entries(observation),
  transform: Object.entries(observation),
};

/** Throws `STAGE` for the first item that is not what the stage has to give: a plugin in JavaScript may give anything. */
export function refuseMisshapen(stage: keyof typeof shapes, pluginName: string, items: readonly unknown[]): void {
  for (const item of items) {
    const problem = problemOf(item, shapes[stage]);
    if (problem === undefined) continue;
    throw new IngestorError("STAGE", `Cannot ${stage} with "${pluginName}": it gives ${shown(item)}, ${problem}`, {
      hint: "nothing was published; correct the plugin",
    });
  }
}

function problemOf(item: unknown, fields: readonly [string, readonly string[]][]): string | undefined {
  if (typeof item !== "object" || item === null) return "which is no object";
  // Of what a plugin gives nothing is known: its fields are read by name.
  const record = item as Record<string, unknown>;
  const wrong = fields.find(([name, types]) => !types.includes(typeOf(record[name])));
  return wrong && `whose ${wrong[0]} is ${wordFor(typeOf(record[wrong[0]]))}`;
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function wordFor(type: string): string {
  if (type === "undefined") return "missing";
  return type === "null" ? type : `of type ${type}`;
}

function shown(item: unknown): string {
  const line = inspect(item, { breakLength: Number.POSITIVE_INFINITY, compact: true, depth: 1 });
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}
