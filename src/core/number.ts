import type { RawValue } from "./observation.ts";

const blanks = new Set([
  "",
  "-",
  "--",
  "—",
  "–",
  ".",
  "..",
  "...",
  "…",
  "n.d.",
  "n.d",
  "nd",
  "s/o",
  "n/a",
  "na",
  "nan",
  "null",
]);

/** True for what stands in a cell that has no value: nothing, a spreadsheet error (`#N/A`), or a usual sign for "none". */
export function isBlank(value: RawValue): boolean {
  if (value === null) return true;
  if (typeof value === "number") return Number.isNaN(value);
  return typeof value === "string" && (value.trimStart().startsWith("#") || blanks.has(value.trim().toLowerCase()));
}

export type DecimalSign = "." | ",";

/**
 * The number that a cell holds, or undefined if it holds none. Text may have spaces or the other sign between
 * thousands. Without a `decimal` sign, the last of two different signs is the decimal one, a sign that repeats
 * separates thousands, and a lone one is the decimal one.
 */
export function readNumber(value: RawValue, decimal?: DecimalSign): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.replace(/[\s\u00a0\u2007\u2009\u202f']/g, "").replace(/^\u2212/, "-");
  const sign = decimal ?? guessDecimal(text);
  const plain = sign === "," ? text.replaceAll(".", "").replace(",", ".") : text.replaceAll(",", "");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(plain)) return undefined;
  const number = Number(plain);
  return Number.isFinite(number) ? number : undefined;
}

function guessDecimal(text: string): DecimalSign | undefined {
  const [dot, comma] = [text.lastIndexOf("."), text.lastIndexOf(",")];
  if (dot >= 0 && comma >= 0) return dot > comma ? "." : ",";
  if (comma >= 0) return text.indexOf(",") === comma ? "," : ".";
  return text.indexOf(".") === dot ? "." : ",";
}
