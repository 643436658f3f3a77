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
  "///",
  "n.d.",
  "n.d",
  "n/d",
  "nd",
  "s/o",
  "s/d",
  "n.a.",
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

/** A number with "." for its decimal sign; between groups of three digits it may have "," or a space throughout. */
const numberPattern = /^[+-]? ?(?=\.?\d)(?:\d+|\d{1,3}([ ,])\d{3}(?:\1\d{3})*)?(?:\.\d*)?(?:e[+-]?\d+)?$/i;

/**
 * The number that a cell holds, or undefined if it holds none. Text may have spaces, apostrophes or the other sign
 * between thousands, and only there: `25.11.2024` is no number. Without a `decimal` sign, the last of two different
 * signs is the decimal one, a sign that repeats separates thousands, and a lone one is the decimal one.
 */
export function readNumber(value: RawValue, decimal?: DecimalSign): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  const text = value
    .trim()
    .replace(/^\u2212/, "-")
    .replace(/[\s'\u2019]/g, " ");
  const plain = (decimal ?? guessDecimal(text)) === "," ? swapSigns(text) : text;
  if (!numberPattern.test(plain)) return undefined;
  const number = Number(plain.replace(/[ ,]/g, ""));
  return Number.isFinite(number) ? number : undefined;
}

function guessDecimal(text: string): DecimalSign {
  const [dot, comma] = [text.lastIndexOf("."), text.lastIndexOf(",")];
  if (dot >= 0 && comma >= 0) return dot > comma ? "." : ",";
  if (comma >= 0) return text.indexOf(",") === comma ? "," : ".";
  return text.indexOf(".") === dot ? "." : ",";
}

function swapSigns(text: string): string {
  return text.replace(/[.,]/g, (sign) => (sign === "." ? "," : "."));
}
