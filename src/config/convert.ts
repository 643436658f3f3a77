import { isAlias, isMap, isScalar, isSeq, type Alias, type Pair, type Scalar as YamlScalar } from "yaml";
import type { YAMLMap } from "yaml";
import type { Entry, Node, Place, Report, ScalarNode } from "./tree.ts";

const maxSize = 200_000;
const maxHeight = 64;

/** A node with how many scalars it holds and how deep, aliases counted as what they stand for. */
interface Measured {
  node: Node;
  size: number;
  height: number;
}

/**
 * The contents of a YAML document as a tree with places. Aliases share the node that they stand for. Reports duplicate
 * keys and bad aliases; undefined, and reported, if the document is too large with its aliases written out.
 */
export function convert(contents: unknown, at: (offset: number) => Place, report: Report): Node | undefined {
  const anchors = new Map<string, Measured | "open">();

  const { node, size, height } = anchored(contents, at(0), "");
  if (size <= maxSize && height <= maxHeight) return node;
  report({ message: height > maxHeight ? "is nested too deeply" : "is too large, aliases included", ...node.place });
  return undefined;

  function anchored(value: unknown, parent: Place, path: string): Measured {
    const place = isYamlNode(value) && value.range ? at(value.range[0]) : parent;
    if (isAlias(value)) return aliased(value, place, path);
    const anchor = isYamlNode(value) ? value.anchor : undefined;
    if (anchor === undefined) return measured(value, place, path);
    anchors.set(anchor, "open");
    const result = measured(value, place, path);
    anchors.set(anchor, result);
    return result;
  }

  function aliased({ source }: Alias, place: Place, path: string): Measured {
    const target = anchors.get(source);
    if (target !== undefined && target !== "open") return target;
    // Its name is not quoted: text that begins with * and has no quotes can be a secret.
    const reason =
      target === "open"
        ? "the alias stands for a value that contains it"
        : "the alias has no anchor before it: put text that begins with * in quotes";
    report({ message: `${path === "" ? "" : `${path}: `}${reason}`, ...place });
    return { node: { kind: "scalar", value: null, place, plain: true, unset: true }, size: 1, height: 0 };
  }

  function measured(value: unknown, place: Place, path: string): Measured {
    if (isMap(value)) return map(value, place, path);
    if (!isSeq(value)) return { node: scalar(value, place), size: 1, height: 0 };
    const items = value.items.map((item, index) => anchored(item, place, join(path, String(index))));
    return { node: { kind: "list", items: items.map(({ node }) => node), place }, ...around(items) };
  }

  function map({ items }: YAMLMap, place: Place, path: string): Measured {
    const entries = new Map<string, Entry>();
    const values = items.map((pair) => {
      const [key, keyPlace] = keyOf(pair, place);
      const value = anchored(pair.value, keyPlace, join(path, key));
      const first = entries.get(key)?.keyPlace;
      if (first !== undefined) report({ message: duplicate(join(path, key), first), ...keyPlace });
      else entries.set(key, { keyPlace, node: value.node });
      return value;
    });
    return { node: { kind: "map", entries, place }, ...around(values) };
  }

  function keyOf({ key }: Pair, parent: Place): [key: string, place: Place] {
    if (!isScalar(key)) return ["", parent];
    return [String(key.value), key.range ? at(key.range[0]) : parent];
  }
}

function isYamlNode(value: unknown): value is { range?: [number, number, number] | null; anchor?: string } {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function around(inner: Measured[]): { size: number; height: number } {
  return {
    size: inner.reduce((sum, { size }) => sum + size, 1),
    height: inner.reduce((most, { height }) => Math.max(most, height + 1), 1),
  };
}

function scalar(value: unknown, place: Place): ScalarNode {
  if (!isScalar(value)) return { kind: "scalar", value: null, place, plain: true };
  return { kind: "scalar", value: coreValue(value), place, plain: value.type === "PLAIN" };
}

function coreValue({ value, source }: YamlScalar): ScalarNode["value"] {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  return source ?? "";
}

function duplicate(path: string, { line }: Place): string {
  return `${path}: duplicate key${line === undefined ? "" : `, first in line ${line}`}`;
}

function join(path: string, segment: string): string {
  return path === "" ? segment : `${path}.${segment}`;
}
