/**
 * Why a name cannot be part of a path in the store, or undefined if it can.
 * Holds for dataset ids, series codes and whatever else becomes one path segment.
 */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "must not be empty";
  if (name === "." || name === "..") return `must not be "${name}"`;
  if (["__proto__", "constructor", "prototype", "manifest.json"].includes(name)) return `must not be "${name}"`;
  if (/[/\\]/.test(name)) return 'must not contain "/" or "\\"';
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return "must not contain control characters";
  if (!name.isWellFormed()) return "must be well-formed Unicode";
  if (name !== name.trim()) return "must not begin or end with white space";
  if (new TextEncoder().encode(name).length > 255) return "must be at most 255 bytes long";
  return undefined;
}

/** What is equal for two names that a file system may take for the same. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase().normalize("NFKC");
}

/** Pairs of different names that some file system takes for the same: each later name with the earlier one. */
export function clashingNames(names: Iterable<string>): [later: string, earlier: string][] {
  const seen = new Map<string, string>();
  const clashes: [string, string][] = [];
  for (const name of names) {
    const earlier = seen.get(foldName(name));
    if (earlier === undefined) seen.set(foldName(name), name);
    else if (earlier !== name) clashes.push([name, earlier]);
  }
  return clashes;
}
