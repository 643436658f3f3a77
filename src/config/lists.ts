import type * as v from "valibot";
import { alternativesAt } from "./alternatives.ts";
import type { Finding } from "./findings.ts";
import type { Path } from "./tree.ts";

const mapTypes = new Set(["object", "strict_object", "loose_object", "object_with_rest", "record", "variant"]);

/** The lists in a value that stand where only a map can: to JavaScript a list is an object, and to valibot too. */
export function listsForMaps(schema: v.GenericSchema, value: unknown, path: Path = []): Finding[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    const schemas = alternativesAt(schema, path);
    if (schemas.length > 0 && schemas.every(({ type }) => mapTypes.has(type))) {
      return [{ kind: "value", path, schemas, issue: issueOf(value) }];
    }
    return value.flatMap((item, index) => listsForMaps(schema, item, [...path, index]));
  }
  return Object.entries(value).flatMap(([key, inner]) => listsForMaps(schema, inner, [...path, key]));
}

function issueOf(input: unknown): v.BaseIssue<unknown> {
  const message = "Invalid type: Expected Object but received Array";
  return { kind: "schema", type: "object", input, expected: "Object", received: "Array", message };
}
