import { dirname, extname, relative } from "node:path";

/** Where something stands in a text; both count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** One module that another one imports by name or path, and the names that it takes from there. */
export interface ImportStatement {
  specifier: string;
  /** What stands between `import` and `from`. */
  clause: string;
  clauseAt: number;
  specifierAt: number;
}

const loaders = { ".ts": "ts", ".js": "js", ".tsx": "tsx", ".jsx": "jsx", ".mts": "ts", ".mjs": "js" } as const;
const importPattern =
  /\b(?:import|export)\b(?<clause>[^;'"()]*?)\bfrom\s*["'](?<from>[^"'\n]+)["']|\bimport\s*\(?\s*["'](?<bare>[^"'\n]+)["']/g;

/** The import statements of a module's text, found by their form; good enough to point at one. */
export function importStatements(text: string): ImportStatement[] {
  return Array.from(text.matchAll(importPattern), (match) => {
    const { clause = "", from, bare } = match.groups ?? {};
    const specifier = from ?? bare ?? "";
    return {
      specifier,
      clause,
      clauseAt: match.index + "import".length,
      specifierAt: match.index + match[0].lastIndexOf(specifier) - 1,
    };
  });
}

/** Line and column of an offset. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The file that a relative import of the module at `path` means; undefined for packages and for files that are missing. */
export function resolveRelative(specifier: string, path: string): string | undefined {
  if (!/^\.{0,2}\//.test(specifier)) return undefined;
  try {
    return Bun.resolveSync(specifier, dirname(path));
  } catch {
    return undefined;
  }
}

/** The module at `path` (absolute) and every file that it reaches by relative imports, itself first, the rest sorted. */
export async function moduleFiles(path: string): Promise<string[]> {
  const reached = new Set([path]);
  for (const file of reached) {
    for (const specifier of await importedBy(file)) {
      const target = resolveRelative(specifier, file);
      if (target !== undefined) reached.add(target);
    }
  }
  reached.delete(path);
  return [path, ...[...reached].toSorted()];
}

async function importedBy(file: string): Promise<string[]> {
  const loader = loaders[extname(file) as keyof typeof loaders] as (typeof loaders)[keyof typeof loaders] | undefined;
  if (loader === undefined) return [];
  const text = await Bun.file(file).text();
  try {
    return new Bun.Transpiler({ loader }).scanImports(text).map((found) => found.path);
  } catch {
    // A file with a syntax error still has imports worth following.
    return importStatements(text).map(({ specifier }) => specifier);
  }
}

/**
 * The sha256 in hex of the module at `path` and of what it imports by relative path: of a module that imports no
 * other file, that of its bytes.
 */
export async function moduleDigest(path: string): Promise<string> {
  const [first = path, ...others] = await moduleFiles(path);
  const hasher = new Bun.CryptoHasher("sha256").update(await Bun.file(first).bytes());
  for (const file of others) {
    hasher.update(`\0${relative(dirname(path), file)}\0`).update(await Bun.file(file).bytes());
  }
  return hasher.digest("hex");
}
