import { stages, type Plugin, type StageName } from "../core/plugin.ts";
import { didYouMean } from "../core/suggest.ts";

const methods: Record<StageName, readonly string[]> = {
  extract: ["extract"],
  parse: ["parse"],
  normalize: ["normalize"],
  transform: ["transform"],
  load: ["store", "load"],
};
const definers = "defineExtractor, defineParser, defineNormalizer, defineTransformer or defineLoader";

/**
 * The plugins of a module's default export, which is one plugin or an array of them, or everything that is wrong
 * with it. `name` is the name of the module's file.
 */
export function readExport(exported: unknown, name: string): { plugins: Plugin[]; problems: string[] } {
  if (exported === undefined) return { plugins: [], problems: ["it has no default export"] };
  const candidates: unknown[] = Array.isArray(exported) ? exported : [exported];
  if (candidates.length === 0) return { plugins: [], problems: ["its default export is an empty array"] };
  const problems = [
    ...candidates.flatMap((candidate, index) => pluginProblems(candidate, name, Array.isArray(exported) ? index : -1)),
    ...repeatedStages(candidates),
  ];
  // Everything that makes a plugin has been looked at when there is no problem.
  return { plugins: problems.length === 0 ? (candidates as Plugin[]) : [], problems };
}

function pluginProblems(candidate: unknown, name: string, index: number): string[] {
  const which = index < 0 ? "its default export" : `plugin ${index + 1} of its default export`;
  if (!isRecord(candidate) || !isStage(candidate["stage"])) {
    return [`${which} is not a plugin: it has to be made with ${definers}`];
  }
  const stage = candidate["stage"];
  return [
    ...nameProblems(candidate["name"], name, stage),
    ...(typeof candidate["summary"] === "string" ? [] : [`the ${stage} plugin has no summary`]),
    ...(isStrictObject(candidate["options"]) ? [] : [`the options of the ${stage} plugin are not a v.strictObject`]),
    ...methodProblems(candidate, stage),
  ];
}

function nameProblems(given: unknown, name: string, stage: StageName): string[] {
  if (typeof given !== "string") return [`the ${stage} plugin has no name: it has to be "${name}", as the file`];
  return given === name
    ? []
    : [`the ${stage} plugin calls itself "${given}": its name has to be "${name}", as the file`];
}

function methodProblems(candidate: Readonly<Record<string, unknown>>, stage: StageName): string[] {
  const wanted = methods[stage];
  const found = wanted.filter((method) => typeof candidate[method] === "function");
  if (found.length === 1) return [];
  if (found.length > 1) return [`the ${stage} plugin has both ${found.join(" and ")}: only one of them can be`];
  const functions = Object.keys(candidate).filter((key) => typeof candidate[key] === "function");
  const guess = functions.map((key) => didYouMean(key, wanted)).find((text) => text !== "") ?? "";
  return [`the ${stage} plugin has no function ${wanted.map((method) => `"${method}"`).join(" or ")}${guess}`];
}

function repeatedStages(candidates: readonly unknown[]): string[] {
  const served = candidates.filter(isRecord).map(({ stage }) => stage);
  return stages
    .filter((stage) => served.indexOf(stage) !== served.lastIndexOf(stage))
    .map((stage) => `it has more than one ${stage} plugin`);
}

function isStage(value: unknown): value is StageName {
  return stages.some((stage) => stage === value);
}

function isStrictObject(value: unknown): boolean {
  return isRecord(value) && value["kind"] === "schema" && value["type"] === "strict_object";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
