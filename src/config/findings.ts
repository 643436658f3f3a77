import * as v from "valibot";
import { alternativesAt } from "./alternatives.ts";
import { withoutKey } from "./edit.ts";
import { listsForMaps } from "./lists.ts";
import type { Path } from "./tree.ts";

/** One issue of valibot, with where it is and the schemas that might stand there. */
export interface Finding {
  kind: "missing" | "unknown" | "value";
  path: Path;
  issue: v.BaseIssue<unknown>;
  /** For a missing or unknown key those of the map around it, else those of the value. */
  schemas: readonly v.GenericSchema[];
}

export type Checked<T> = { ok: true; output: T } | { ok: false; findings: Finding[] };

/**
 * Everything that keeps a value from satisfying a schema. Valibot itself stops at the first unknown key of a map, takes
 * a list for a map, and of a union says only that nothing fits: here are all keys, the lists, and what is wrong by the
 * alternative that fits best.
 */
export function findAll<S extends v.GenericSchema>(schema: S, value: unknown): Checked<v.InferOutput<S>> {
  const lists = listsForMaps(schema, value);
  const unknown: Finding[] = [];
  for (let rest = value; ;) {
    const result = v.safeParse(schema, rest);
    if (result.success && unknown.length + lists.length === 0) return { ok: true, output: result.output };
    const found = (result.issues ?? []).map((issue) => findingOf(schema, issue));
    const surplus = found.filter(({ kind }) => kind === "unknown");
    const without = surplus.reduce((whole, { path }) => withoutKey(whole, path), rest);
    unknown.push(...surplus);
    if (without === rest) return { ok: false, findings: finish(unknown, lists, found) };
    rest = without;
  }
}

function finish(unknown: readonly Finding[], lists: readonly Finding[], found: readonly Finding[]): Finding[] {
  const isInList = ({ path }: Finding) => {
    return lists.some((list) => list.path.every((segment, depth) => segment === path[depth]));
  };
  const others = found.filter(({ kind }) => kind !== "unknown").flatMap(bestOfUnion);
  return [...lists, ...[...unknown, ...others].filter((finding) => !isInList(finding))];
}

function findingOf(schema: v.GenericSchema, issue: v.BaseIssue<unknown>): Finding {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));
  const kind = kindOf(issue);
  return { kind, path, issue, schemas: alternativesAt(schema, kind === "value" ? path : path.slice(0, -1)) };
}

function kindOf({ kind, type, expected, path, input }: v.BaseIssue<unknown>): Finding["kind"] {
  const last = path?.at(-1);
  if (kind !== "schema" || last === undefined) return "value";
  if (expected === "never" && type === "strict_object") return "unknown";
  return input === undefined && last.type === "object" ? "missing" : "value";
}

/** What is wrong by the one alternative that the value seems to be meant for, or the finding itself if none is near. */
function bestOfUnion(finding: Finding): Finding[] {
  const { issue, path, schemas } = finding;
  if (finding.kind !== "value" || issue.type !== "union") return [finding];
  const [best] = schemas
    .map((schema) => findAll(schema, issue.input))
    .flatMap((checked) => (checked.ok ? [] : [checked.findings]))
    .filter((findings) => findings.every((inner) => inner.path.length > 0 || inner.issue.kind !== "schema"))
    .toSorted((a, b) => a.length - b.length);
  return best?.map((inner) => ({ ...inner, path: [...path, ...inner.path] })) ?? [finding];
}
