/**
 * A request as the SDK describes it: [3, namespace, name, traits, member names, member schemas] for a structure,
 * [1, …, schema of the items] for a list, numbers for simple types, functions for what is defined elsewhere.
 */
type Schema = unknown;

const [structure, list] = [3, 1];

/** The keys of a request that AWS does not know, as paths. */
export function unknownKeys(value: unknown, schema: Schema, path = ""): string[] {
  const found = resolved(schema);
  if (!Array.isArray(found)) return [];
  if (found[0] === list && Array.isArray(value)) {
    return value.flatMap((item, index) => unknownKeys(item, found[4], `${path}/${index}`));
  }
  if (found[0] !== structure || typeof value !== "object" || value === null) return [];
  const [, , , , names, schemas] = found as [number, string, string, unknown, string[], Schema[]];
  return Object.entries(value).flatMap(([key, inner]) => {
    const index = names.indexOf(key);
    return index < 0 ? [`${path}/${key}`] : unknownKeys(inner, schemas[index], `${path}/${key}`);
  });
}

function resolved(schema: Schema): Schema {
  if (typeof schema === "function") return resolved(schema());
  // A member with traits of its own: [schema, traits].
  if (Array.isArray(schema) && schema.length === 2) return resolved(schema[0]);
  return schema;
}
