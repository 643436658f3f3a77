import type { PartitionEntry } from "./snapshot.ts";

/** Partitions by the segments of their paths: folders, and in them `[index of the version, rows, digest]`. */
export type Tree = Leaf | Folder;
type Leaf = readonly [version: number, rows: number, digest: string];

export interface Folder {
  [segment: string]: Tree;
}

/** The trees of all partitions by the first segments of their paths. Sorted, so that none comes after what is below it. */
export function treesOf(
  partitions: ReadonlyMap<string, PartitionEntry>,
  versions: readonly string[],
): Map<string, Tree> {
  const indexOf = new Map(versions.map((version_id, index) => [version_id, index]));
  const trees = new Map<string, Tree>();
  const folderAt = foldersIn(trees);
  for (const [path, { version_id, rows, digest }] of sorted(partitions)) {
    const leaf: Leaf = [indexOf.get(version_id) ?? -1, rows, digest];
    const cut = path.lastIndexOf("/");
    if (cut < 0) trees.set(path, leaf);
    else folderAt(path.slice(0, cut))[path.slice(cut + 1)] = leaf;
  }
  return trees;
}

/** Neighbours share their folder, so that the last one is kept at hand. */
function foldersIn(trees: Map<string, Tree>): (path: string) => Folder {
  let last: { path: string; folder: Folder } | undefined;
  return (path) => {
    if (path !== last?.path) last = { path, folder: makeFolder(trees, path.split("/")) };
    return last.folder;
  };
}

function makeFolder(trees: Map<string, Tree>, [owner = "", ...segments]: string[]): Folder {
  let folder = asFolder(trees.get(owner));
  trees.set(owner, folder);
  for (const segment of segments) folder = folder[segment] = asFolder(folder[segment]);
  return folder;
}

function asFolder(tree: Tree = emptyFolder()): Folder {
  if (isLeaf(tree)) throw new Error("Cannot list partitions that lie below another");
  return tree;
}

/** Without a prototype, a segment may have any name. */
function emptyFolder(): Folder {
  return Object.create(null) as Folder;
}

function isLeaf(tree: Tree): tree is Leaf {
  return Array.isArray(tree);
}

/** Puts the partitions of a tree, the first segments of whose paths are `path`, into `partitions`; throws for what is no tree. */
export function harvest(
  tree: unknown,
  path: string,
  versions: readonly string[],
  partitions: Map<string, PartitionEntry>,
): void {
  if (Array.isArray(tree)) return void partitions.set(path, entryOf(tree, path, versions));
  if (!isRecord(tree)) throw new TypeError(`"${path}" is neither a partition nor a folder`);
  const segments = Object.keys(tree);
  if (segments.length === 0) throw new TypeError(`"${path}" is empty`);
  for (const segment of segments) {
    if (!isSegment(segment)) throw new TypeError(`"${path}" holds "${segment}"`);
    harvest(tree[segment], `${path}/${segment}`, versions, partitions);
  }
}

function entryOf(leaf: readonly unknown[], path: string, versions: readonly string[]): PartitionEntry {
  const [index, rows, digest] = leaf;
  const version_id = isNatural(index) ? versions[index] : undefined;
  if (leaf.length === 3 && version_id !== undefined && isNatural(rows) && typeof digest === "string" && digest !== "") {
    return { version_id, rows, digest };
  }
  throw new TypeError(`"${path}" is not a partition`);
}

export function isSegment(name: string): boolean {
  return name !== "" && !name.includes("/");
}

export function isNatural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
