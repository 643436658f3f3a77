import { dirname, join, normalize } from "node:path";
import { expect, test } from "bun:test";
import { Glob } from "bun";

/** From the ground up: a folder imports itself and the floors below it; from `builtin` on, `api.ts` too. */
const floors = ["core", "config", "store", "builtin", "adapters", "host", "run", "cli"];
const withApi = floors.slice(floors.indexOf("builtin"));

/** The files beside the folders, and the only floors that each may import. */
const besides: Readonly<Record<string, readonly string[]>> = { "api.ts": ["core", "builtin"], "main.ts": floors };

interface Source {
  /** Relative to src/. */
  path: string;
  floor: string;
  text: string;
  /** Files relative to src/, or packages. */
  imports: string[];
}

const sources = await Promise.all([...new Glob("**/*.ts").scanSync("src")].toSorted().map(readSource));

async function readSource(path: string): Promise<Source> {
  const text = await Bun.file(join("src", path)).text();
  const floor = path.split("/")[0] ?? "";
  return { path, floor, text: withoutComments(text), imports: importsOf(text, path) };
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
}

/** What a file imports, types included: those too point from one floor to another. */
function importsOf(text: string, path: string): string[] {
  const found = withoutComments(text).matchAll(
    /\b(?:import|export)\b[^;'"()]*?\bfrom\s*"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g,
  );
  return Array.from(found, ([, from, bare]) => from ?? bare ?? "").map((specifier) => {
    return specifier.startsWith(".") ? normalize(join(dirname(path), specifier)) : specifier;
  });
}

const floorOf = (imported: string) => imported.split("/")[0] ?? "";
const isOwn = (imported: string) => imported.endsWith(".ts");

test("every source file stands on a floor of the table, or is one of the files beside them", () => {
  const strangers = sources.filter(({ floor }) => !floors.includes(floor) && !(floor in besides));
  expect(strangers.map(({ path }) => path)).toEqual([]);
});

test("dependencies point to the floors below", () => {
  const upward = sources.flatMap(({ path, floor, imports }) => {
    const below = besides[floor] ?? floors.slice(0, floors.indexOf(floor) + 1);
    const allowed = (imported: string) =>
      imported === "api.ts" ? withApi.includes(floor) : below.includes(floorOf(imported));
    return imports
      .filter((imported) => isOwn(imported) && !allowed(imported))
      .map((imported) => `${path} → ${imported}`);
  });
  expect(upward).toEqual([]);
});

test("built-in plugins import the API that any plugin has, packages, and files below themselves", () => {
  const beyond = sources.flatMap(({ path, floor, imports }) => {
    if (floor !== "builtin") return [];
    const stage = path.split("/").slice(0, 2).join("/");
    const allowed = (imported: string) => imported === "api.ts" || imported.startsWith(`${stage}/`);
    return imports
      .filter((imported) => isOwn(imported) && !allowed(imported))
      .map((imported) => `${path} → ${imported}`);
  });
  expect(beyond).toEqual([]);
});

test.each([
  ["prints or exits", /\bconsole\b|\bprocess\s*\.\s*(?:exit|stdout|stderr|on)\b/, ["cli", "main.ts"]],
  ["reads the environment", /\b(?:process|Bun|meta)\s*\.\s*env\b/, ["cli", "main.ts", "adapters"]],
  ["asks what time it is", /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/, ["cli", "main.ts", "adapters"]],
  ["draws lots", /\bMath\.random\b|\brandomUUID\b/, ["cli", "main.ts", "adapters"]],
])("only the edge %s", (_, pattern, edge) => {
  const offenders = sources.filter(({ floor, text }) => !edge.includes(floor) && pattern.test(text));
  expect(offenders.map(({ path }) => path)).toEqual([]);
});
