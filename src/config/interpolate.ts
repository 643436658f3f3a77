import { isScalar, parseDocument } from "yaml";
import type { Node, Path, Report, Scalar, ScalarNode } from "./tree.ts";

export type Env = Readonly<Record<string, string | undefined>>;

const reference = /\$\$\{|\$\{([^}]*)\}?/g;
const wellFormed = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}$/;

/** The tree with `${NAME}` and `${NAME:-default}` read from the environment in every string, and `$${` as `${`. */
export function interpolate(node: Node, env: Env, report: Report, path: Path = []): Node {
  if (node.kind === "scalar") return interpolateScalar(node, env, path, report);
  if (node.kind === "list") {
    return { ...node, items: node.items.map((item, index) => interpolate(item, env, report, [...path, index])) };
  }
  const entries = [...node.entries].map(([key, entry]) => {
    return [key, { ...entry, node: interpolate(entry.node, env, report, [...path, key]) }] as const;
  });
  return { ...node, entries: new Map(entries) };
}

function interpolateScalar(node: ScalarNode, env: Env, path: Path, report: Report): ScalarNode {
  if (typeof node.value !== "string" || !node.value.includes("${")) return node;
  const problems: string[] = [];
  const value = readEnv(node.value, env, (problem) => problems.push(problem));
  for (const problem of problems) report({ message: [path.join("."), problem].join(": "), ...node.place });
  return { ...node, value, written: node.value, unset: problems.length > 0 };
}

/** The text with its references replaced; those that cannot be are left as they are, and `fail` is told. */
export function readEnv(text: string, env: Env, fail: (problem: string) => void): string {
  return text.replace(reference, (written) => {
    if (written === "$${") return "${";
    const [, name, fallback] = wellFormed.exec(written) ?? [];
    if (name === undefined) {
      fail(`cannot read "${written}": write \${NAME} or \${NAME:-default}, or $\${ for a literal \${`);
      return written;
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined && (value !== "" || fallback === undefined)) return value;
    if (fallback === undefined) fail(`the environment variable ${name} is not set`);
    return fallback ?? written;
  });
}

/** The variables that a text refers to, each with what stands for it where it is not set. */
export function referencesIn(text: string): { name: string; fallback: string | undefined }[] {
  return Array.from(text.matchAll(reference), ([written]) => wellFormed.exec(written) ?? []).flatMap(
    ([, name, fallback]) => (name === undefined ? [] : [{ name, fallback }]),
  );
}

/** The text such that interpolating it gives it back. */
export function escapeReferences(text: string): string {
  return text.replaceAll("${", () => "$${");
}

/** What a text from the environment is where no text is wanted: the number, boolean or null that YAML takes it for. */
export function rereadScalar(text: string): Scalar {
  if (text.trim() === "") return null;
  const { contents } = parseDocument(text, { schema: "core", version: "1.2", prettyErrors: false });
  if (!isScalar(contents) || contents.type !== "PLAIN" || contents.source !== text.trim()) return text;
  const { value } = contents;
  return typeof value === "number" || typeof value === "boolean" || value === null ? value : text;
}
