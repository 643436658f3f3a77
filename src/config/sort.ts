import { placeOf, type Problem } from "../core/errors.ts";

/** Each problem once, those of the dataset file first, in the order of lines and columns; what has no line stands last. */
export function sortProblems(file: string, problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [`${placeOf(problem)} ${problem.message}`, problem]));
  return [...unique.values()].toSorted((a, b) => {
    return order(a, file) - order(b, file) || compare(a.file, b.file) || byPlace(a, b);
  });
}

function order(problem: Problem, file: string): number {
  return problem.file === file ? 0 : 1;
}

function compare(a = "", b = ""): number {
  return a < b ? -1 : Number(a > b);
}

function byPlace(a: Problem, b: Problem): number {
  const [lineA, lineB] = [a.line ?? Number.MAX_SAFE_INTEGER, b.line ?? Number.MAX_SAFE_INTEGER];
  return lineA - lineB || (a.column ?? 0) - (b.column ?? 0);
}
