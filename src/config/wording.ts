import { didYouMean } from "../core/suggest.ts";
import { choices, knownKeys } from "./alternatives.ts";
import type { Finding } from "./findings.ts";

const typeWords: Record<string, string> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  strict_tuple: "a list",
  loose_tuple: "a list",
  object: "a map",
  strict_object: "a map",
  loose_object: "a map",
  record: "a map",
  variant: "a map",
  null: "null",
};

const limits: Record<string, (requirement: unknown, input: unknown) => string> = {
  min_value: (least) => `must be at least ${String(least)}`,
  max_value: (most) => `must be at most ${String(most)}`,
  gt_value: (bound) => `must be more than ${String(bound)}`,
  lt_value: (bound) => `must be less than ${String(bound)}`,
  multiple_of: (step) => `must be a multiple of ${String(step)}`,
  integer: () => "must be a whole number",
  safe_integer: () => "must be a whole number",
  finite: () => "must be finite",
  non_empty: () => "must not be empty",
  min_length: (least, input) => (least === 1 ? "must not be empty" : `must have at least ${count(least, input)}`),
  max_length: (most, input) => `must have at most ${count(most, input)}`,
  length: (exact, input) => `must have exactly ${count(exact, input)}`,
  regex: (pattern) => `must match ${String(pattern)}`,
  starts_with: (start) => `must begin with "${String(start)}"`,
  ends_with: (end) => `must end with "${String(end)}"`,
  url: () => "must be a URL",
  iso_date: () => "must be a date as in 2024-11-25",
};

/**
 * What one finding means to the person who writes the dataset file. `found` says what was there, without what must not
 * be shown; `alsoKnown` are keys that the map takes beside those of its schema.
 */
export function wordFinding(finding: Finding, found: string, alsoKnown: readonly string[]): string {
  const { kind, path, issue, schemas } = finding;
  const key = String(path.at(-1));
  if (kind === "missing") return "missing";
  if (kind === "unknown") return `unknown key${didYouMean(key, [...knownKeys(schemas), ...alsoKnown])}`;
  if (isOwnMessage(issue.message)) return issue.message;
  if (issue.kind === "schema") return wordType(finding, found);
  const limit = limits[issue.type]?.(issue.requirement, issue.input);
  return `${limit ?? "is not valid"}, found ${found}`;
}

/** True for a message that the schema's author wrote; valibot's own are not for operators. */
export function isOwnMessage(message: string): boolean {
  return !/^Invalid .*eceived /s.test(message);
}

function wordType({ issue, schemas }: Finding, found: string): string {
  const allowed = choices(schemas);
  const types = schemas.flatMap(({ type, expects }) => (isChoice(type) ? [] : [typeWords[type] ?? expects]));
  const words = [...new Set([...(allowed.length === 0 ? [] : [list(allowed)]), ...types])];
  const expected =
    words.length === 0 ? (typeWords[issue.type] ?? issue.expected ?? "something else") : words.join(" or ");
  return `expected ${expected}, found ${found}${suggestion(issue.input, allowed)}${quoting(issue.input, types)}`;
}

function isChoice(type: string): boolean {
  return type === "picklist" || type === "literal" || type === "enum";
}

function list(allowed: readonly unknown[]): string {
  return allowed.length === 1 ? String(allowed[0]) : `one of ${[...new Set(allowed)].map(String).join(", ")}`;
}

/** Of names as short as `D`, every other one is near: only another case is a slip then. */
function suggestion(input: unknown, allowed: readonly unknown[]): string {
  if (typeof input !== "string") return "";
  const known = allowed.filter((one) => typeof one === "string");
  if (input.length > 2) return didYouMean(input, known);
  return didYouMean(
    input,
    known.filter((one) => one.toLowerCase() === input.toLowerCase()),
  );
}

function quoting(input: unknown, types: readonly string[]): string {
  const isQuotable = typeof input === "number" || typeof input === "boolean";
  return isQuotable && types.includes("text") ? ": put it in quotes" : "";
}

function count(number: unknown, input: unknown): string {
  const unit = typeof input === "string" ? "character" : "item";
  return `${String(number)} ${unit}${number === 1 ? "" : "s"}`;
}
