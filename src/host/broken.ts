import { dirname, relative, join } from "node:path";
import { reasonOf, type Problem } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { importStatements, moduleFiles, placeAt, resolveRelative, type ImportStatement } from "./imports.ts";
import type { PluginFile } from "./discovery.ts";

/** Why a module could not be imported: a reason for the message, and each problem with its place. */
export interface ImportFailure {
  reason: string;
  problems: Problem[];
}

type Exports = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Words what `import()` of a plugin file threw; `served` is what the virtual modules export. */
export async function importFailure(thrown: unknown, file: PluginFile, served: Exports): Promise<ImportFailure> {
  const messages = buildMessages(thrown);
  if (messages.length > 0) return syntaxFailure(messages, file);
  if (thrown instanceof ResolveMessage) return unknownImport(thrown, file);
  const missing = /^Export named '(.+)' not found in module '(.+)'\.?$/.exec(reasonOf(thrown));
  if (missing?.[1] !== undefined && missing[2] !== undefined) {
    return unknownName(missing[1], missing[2], file, served);
  }
  return thrownFailure(thrown, file);
}

function buildMessages(thrown: unknown): BuildMessage[] {
  const all: unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown];
  return all.filter((one) => one instanceof BuildMessage);
}

function syntaxFailure(messages: readonly BuildMessage[], file: PluginFile): ImportFailure {
  const problems = messages.map(({ message, position }) => ({
    message,
    file: position === null ? file.file : shownPath(position.file, file),
    line: position?.line,
    column: position?.column,
  }));
  return { reason: problems.length === 1 ? "a syntax error" : `${problems.length} syntax errors`, problems };
}

async function unknownImport(thrown: ResolveMessage, file: PluginFile): Promise<ImportFailure> {
  const { specifier } = thrown;
  const isFile = /^[./]/.test(specifier);
  const message = isFile ? `there is no file "${specifier}" to import` : `there is no package "${specifier}" to import`;
  const found = await findImport(file, (statement, path) => {
    return statement.specifier === specifier && (!isFile || resolveRelative(specifier, path) === undefined);
  });
  return { reason: "an import that cannot be found", problems: [{ message, ...placeOfImport(found, file) }] };
}

async function unknownName(name: string, module: string, file: PluginFile, served: Exports): Promise<ImportFailure> {
  const pattern = new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`);
  const found =
    (await findImport(file, (statement, path) => means(statement, path, module) && pattern.test(statement.clause))) ??
    (await findImport(file, (statement, path) => means(statement, path, module)));
  const guess = didYouMean(name, Object.keys(served.get(module) ?? {}));
  const shown = served.has(module) ? module : shownPath(module, file);
  const problem = { message: `"${shown}" does not export "${name}"${guess}`, ...placeOfImport(found, file, pattern) };
  return { reason: "an import of an unknown name", problems: [problem] };
}

function means(statement: ImportStatement, path: string, module: string): boolean {
  return statement.specifier === module || resolveRelative(statement.specifier, path) === module;
}

function thrownFailure(thrown: unknown, file: PluginFile): ImportFailure {
  const place = thrown instanceof Error ? placeInStack(thrown.stack ?? "", file) : undefined;
  const problem = { message: reasonOf(thrown), ...(place ?? { file: file.file }) };
  return { reason: "it throws when it is loaded", problems: [problem] };
}

function placeInStack(stack: string, file: PluginFile): Omit<Problem, "message"> | undefined {
  const folder = dirname(file.path) + "/";
  for (const [, path = "", line, column] of stack.matchAll(/^\s*at (?:.*\()?(.+?):(\d+):(\d+)\)?$/gm)) {
    if (path.startsWith(folder)) {
      return { file: shownPath(path, file), line: Number(line), column: Number(column) };
    }
  }
  return undefined;
}

interface FoundImport {
  path: string;
  text: string;
  statement: ImportStatement;
}

async function findImport(
  file: PluginFile,
  wanted: (statement: ImportStatement, path: string) => boolean,
): Promise<FoundImport | undefined> {
  for (const path of await moduleFiles(file.path)) {
    const text = await Bun.file(path).text();
    const statement = importStatements(text).find((candidate) => wanted(candidate, path));
    if (statement) return { path, text, statement };
  }
  return undefined;
}

function placeOfImport(found: FoundImport | undefined, file: PluginFile, name?: RegExp): Omit<Problem, "message"> {
  if (!found) return { file: file.file };
  const { statement, text, path } = found;
  const inClause = name === undefined ? -1 : statement.clause.search(name);
  const offset = inClause < 0 ? statement.specifierAt : statement.clauseAt + inClause;
  return { file: shownPath(path, file), ...placeAt(text, offset) };
}

/** The path as the plugins folder was given, for a file in or below that folder. */
function shownPath(path: string, file: PluginFile): string {
  const inside = relative(dirname(file.path), path);
  return inside.startsWith("..") ? path : join(dirname(file.file), inside);
}
