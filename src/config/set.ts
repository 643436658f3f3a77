import { isSecret, showValue } from "./show.ts";
import { readTree } from "./read.ts";
import { readSetArgument } from "./set_argument.ts";
import { valueOf, type MapNode, type Node, type Place, type Report } from "./tree.ts";

/**
 * The tree with one `KEY=VALUE` of the command line in place. KEY is a dotted path, with numbers for the items of
 * lists; VALUE is read as YAML and replaces what is there, whole. What cannot be set is reported and changes nothing.
 */
export function applySet(root: MapNode, raw: string, report: Report): MapNode {
  const argument = readSetArgument(raw);
  if ("problem" in argument) return refuse(argument.problem, { file: argument.shown });
  const { key, text } = argument;
  const path = key.split(".");
  if (path.includes("")) return refuse("KEY must be a dotted path, as in source.url", { file: `--set ${key}=…` });
  const value = readTree(text, () => ({ file: `--set ${key}=…` }), report);
  if (value === undefined) return root;
  const place = { file: `--set ${key}=${isSecret(path) ? "…" : showWhole(value)}` };
  const changed = put(root, path, replaceAt(value, place), place);
  if (typeof changed === "string") return refuse(changed, place);
  return changed.kind === "map" ? changed : root;

  function refuse(message: string, place: Place): MapNode {
    report({ message, ...place });
    return root;
  }
}

/** The node with the value at the path, or why there is no such path. */
function put(
  node: Node,
  path: readonly string[],
  value: Node,
  place: Place,
  above: readonly string[] = [],
): Node | string {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  const within = [...above, segment];
  if (node.kind === "list") {
    const old = /^\d+$/.test(segment) ? node.items[Number(segment)] : undefined;
    if (old === undefined) return `"${above.join(".")}" is a list of ${node.items.length} without an item ${segment}`;
    const item = put(old, rest, value, place, within);
    return typeof item === "string" ? item : { ...node, items: node.items.with(Number(segment), item) };
  }
  const map = node.kind === "map" ? node : emptyMap(node.value, place);
  if (map === undefined) return `"${above.join(".")}" is neither a map nor a list`;
  const old = map.entries.get(segment);
  const inner = put(old?.node ?? { kind: "scalar", value: null, place, plain: true }, rest, value, place, within);
  if (typeof inner === "string") return inner;
  return { ...map, entries: new Map(map.entries).set(segment, { keyPlace: old?.keyPlace ?? place, node: inner }) };
}

function emptyMap(value: unknown, place: Place): MapNode | undefined {
  return value === null ? { kind: "map", entries: new Map(), place } : undefined;
}

function replaceAt(node: Node, place: Place): Node {
  if (node.kind === "scalar") return { ...node, place };
  if (node.kind === "list") return { ...node, place, items: node.items.map((item) => replaceAt(item, place)) };
  const entries = [...node.entries].map(
    ([key, { node }]) => [key, { keyPlace: place, node: replaceAt(node, place) }] as const,
  );
  return { kind: "map", place, entries: new Map(entries) };
}

/** A scalar as it is, but of maps and lists only that they are there: what is in them can be a secret. */
function showWhole(node: Node): string {
  if (node.kind === "scalar") return showValue(valueOf(node));
  return node.kind === "map" ? "{…}" : "[…]";
}
