import type * as v from "valibot";
import type { Path } from "./tree.ts";

type Schema = v.GenericSchema;

/** What valibot's schemas have beside what its types show: each kind some of these. */
interface Parts {
  wrapped?: Schema;
  entries?: Record<string, Schema>;
  item?: Schema;
  items?: readonly Schema[];
  value?: Schema;
  rest?: Schema;
  getter?: (input: unknown) => Schema;
  /** Of a union or variant its schemas, of a picklist its values. */
  options?: readonly unknown[];
  literal?: unknown;
}

function partsOf(schema: Schema): Parts {
  // The generic type hides the parts, and each is checked before it is used.
  return schema as Parts;
}

/** The schemas that a value may satisfy instead of this one, unions and what is wrapped in `optional` taken apart. */
export function alternativesOf(schema: Schema): Schema[] {
  const { wrapped, options, getter } = partsOf(schema);
  if (wrapped) return alternativesOf(wrapped);
  if (schema.type === "lazy" && getter) return alternativesOf(getter(undefined));
  if ((schema.type === "union" || schema.type === "variant") && options) {
    return (options as Schema[]).flatMap(alternativesOf);
  }
  return [schema];
}

/** All the schemas that a value at the path might have to satisfy. */
export function alternativesAt(schema: Schema, path: Path): Schema[] {
  const [segment, ...rest] = path;
  const here = alternativesOf(schema);
  if (segment === undefined) return here;
  return here.flatMap((one) => {
    const next = below(partsOf(one), segment);
    return next ? alternativesAt(next, rest) : [];
  });
}

function below({ entries, item, items, value, rest }: Parts, segment: string | number): Schema | undefined {
  if (entries && Object.hasOwn(entries, segment)) return entries[segment];
  return items?.[Number(segment)] ?? item ?? value ?? rest;
}

/** The keys that the maps among the schemas know. */
export function knownKeys(schemas: readonly Schema[]): string[] {
  return schemas.flatMap((schema) => Object.keys(partsOf(schema).entries ?? {}));
}

/** The values that the picklists and literals among the schemas allow. */
export function choices(schemas: readonly Schema[]): unknown[] {
  return schemas.flatMap((schema) => {
    const { options, literal } = partsOf(schema);
    if (schema.type === "literal") return [literal];
    return schema.type === "picklist" || schema.type === "enum" ? (options ?? []) : [];
  });
}
