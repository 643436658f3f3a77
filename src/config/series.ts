import * as v from "valibot";
import { clashingNames, nameProblem } from "../core/names.ts";
import { frequencies, type SeriesInfo } from "../core/observation.ts";
import type { Section } from "./check.ts";
import { child, placeAt, textAt, type Path, type Report } from "./tree.ts";

const seriesMap = v.object({
  series_map: v.array(
    v.object({
      internal_series_code: v.string(),
      unit: v.optional(v.string()),
      frequency: v.optional(v.string()),
      drop_na: v.optional(v.boolean()),
    }),
  ),
});

/** By code, what the parser's checked options say of each series; empty where they have no `series_map` of series. */
export function seriesOf(options: object | undefined): ReadonlyMap<string, SeriesInfo> {
  const { success, output } = v.safeParse(seriesMap, options);
  return new Map(success ? output.series_map.map((series) => [series.internal_series_code, series]) : []);
}

/** Reports what is wrong with the codes and frequencies of the series, whatever else is wrong with the options. */
export function checkSeries(section: Section, report: Report): void {
  const list = child(section.map, "series_map");
  if (list?.kind !== "list") return;
  const fail = (path: Path, problem: string) => {
    const whole = ["series_map", ...path];
    report({ message: `${section.nameOf(whole)}: ${problem}`, ...placeAt(section.map, whole) });
  };
  const codes = new Map<string, number>();
  list.items.forEach((item, index) => {
    checkFrequency(textAt(item, "frequency"), (problem) => fail([index, "frequency"], problem));
    const code = textAt(item, "internal_series_code");
    if (code === undefined) return;
    const first = codes.get(code);
    const problem = first === undefined ? nameProblem(code) : duplicateOf(section, code, first);
    if (problem !== undefined) fail([index, "internal_series_code"], problem);
    if (first === undefined) codes.set(code, index);
  });
  for (const [later, earlier] of clashingNames(codes.keys())) {
    const problem = `"${later}" and "${earlier}" differ only in case or Unicode form, which some file systems take for the same`;
    fail([codes.get(later) ?? 0, "internal_series_code"], problem);
  }
}

function duplicateOf(section: Section, code: string, first: number): string {
  const { line } = placeAt(section.map, ["series_map", first, "internal_series_code"]);
  return `the series "${code}" is listed twice${line === undefined ? "" : `, first in line ${line}`}`;
}

function checkFrequency(frequency: string | undefined, fail: (problem: string) => void): void {
  const known: readonly string[] = frequencies;
  if (frequency === undefined || known.includes(frequency)) return;
  fail(`expected one of ${known.join(", ")}, found text "${frequency}"`);
}
