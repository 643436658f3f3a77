import type { Problem } from "../core/errors.ts";

/** Where something was written: a place in a file, or an argument of the command line, which has no lines. */
export interface Place {
  file: string;
  line?: number | undefined;
  column?: number | undefined;
}

export type Scalar = string | number | boolean | null;

export interface ScalarNode {
  kind: "scalar";
  value: Scalar;
  place: Place;
  /** Written without quotes. */
  plain: boolean;
  /** The text before the environment was read into it; only where that happened. */
  written?: string;
  /** Names a variable that is not set, which is reported already: whatever else is wrong with it follows from that. */
  unset?: boolean;
}

export interface ListNode {
  kind: "list";
  items: readonly Node[];
  place: Place;
}

export interface Entry {
  keyPlace: Place;
  node: Node;
}

export interface MapNode {
  kind: "map";
  entries: ReadonlyMap<string, Entry>;
  place: Place;
}

/** A YAML value that knows where it was written. Never changed, so that aliases can share what they stand for. */
export type Node = ScalarNode | ListNode | MapNode;

export type Path = readonly (string | number)[];

/** Takes what is wrong; the work goes on, so that everything is reported at once. */
export type Report = (problem: Problem) => void;

/** The node below one key or index, or undefined. */
export function child(node: Node | undefined, segment: string | number): Node | undefined {
  if (node?.kind === "map") return node.entries.get(String(segment))?.node;
  return node?.kind === "list" ? node.items[Number(segment)] : undefined;
}

export function nodeAt(root: Node, path: Path): Node | undefined {
  return path.reduce<Node | undefined>(child, root);
}

/** The place of the value at a path, or of the innermost node around it that exists. */
export function placeAt(root: Node, path: Path): Place {
  const below = child(root, path[0] ?? "");
  return path.length === 0 || below === undefined ? root.place : placeAt(below, path.slice(1));
}

/** The place of the key that a path ends in, or of its value where it has none. */
export function keyPlaceAt(root: Node, path: Path): Place {
  const parent = nodeAt(root, path.slice(0, -1));
  const entry = parent?.kind === "map" ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.keyPlace ?? placeAt(root, path);
}

/** The node as a plain value, without places. */
export function valueOf(node: Node): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(valueOf);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, valueOf(entry.node)]));
}

/** The text below a key, or undefined if there is none to use. */
export function textAt(map: Node | undefined, key: string): string | undefined {
  const node = child(map, key);
  const isText = node?.kind === "scalar" && typeof node.value === "string" && node.value !== "" && !node.unset;
  return isText ? String(node.value) : undefined;
}

export function textNode(value: string, place: Place): ScalarNode {
  return { kind: "scalar", value, place, plain: false };
}

/** The map with the entries that a condition holds for. */
export function filterEntries(map: MapNode, keep: (key: string, entry: Entry) => boolean): MapNode {
  return { ...map, entries: new Map([...map.entries].filter(([key, entry]) => keep(key, entry))) };
}

/** The map with further entries in place of those of the same keys, all of them written at one place. */
export function withEntries(map: MapNode, nodes: Record<string, Node>, keyPlace: Place): MapNode {
  const added = Object.entries(nodes).map(([key, node]) => [key, { keyPlace, node }] as const);
  return { ...map, entries: new Map([...map.entries, ...added]) };
}

/** True for what stands for nothing: no node, `null`, or a variable that is empty. */
export function isNothing(node: Node | undefined): boolean {
  if (node === undefined) return true;
  if (node.kind !== "scalar") return false;
  return node.value === null || (node.value === "" && node.plain && node.written !== undefined);
}
