import { readTree } from "./read.ts";
import { child, valueOf } from "./tree.ts";

/**
 * The tags that a dataset file names, read without anything else of it. Undefined for one that is no YAML, or
 * has no list there: nobody can say then what its tags are.
 */
export function tagsIn(text: string): string[] | undefined {
  const root = readTree(
    text,
    (line, column) => ({ file: "", line, column }),
    () => {},
  );
  if (root === undefined) return undefined;
  const tags = child(root, "tags");
  const value = tags === undefined ? [] : valueOf(tags);
  return Array.isArray(value) ? value.filter((tag) => typeof tag === "string") : undefined;
}
