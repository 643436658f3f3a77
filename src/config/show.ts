import { publicUrl } from "../core/url.ts";
import type { Path } from "./tree.ts";

const maxShown = 60;

/** True where a key on the path says that what is below it is nobody's business. */
export function isSecret(path: Path): boolean {
  return path.some((segment) => /secret|token|key|password|passwd|credential|auth/i.test(String(segment)));
}

/** A scalar as messages show it: cut where it is long, without the credentials of a URL. */
export function showValue(value: unknown): string {
  const written = String(value);
  const text = written.includes("://") ? publicUrl(written) : written;
  return text.length > maxShown ? `${text.slice(0, maxShown).toWellFormed()}…` : text;
}

/** What was found, for the end of a message: `text "abc"`, `the number 5`, `a list`. */
export function describe(value: unknown, path: Path): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (isSecret(path)) return typeof value === "string" ? "text" : `a ${typeof value}`;
  if (typeof value === "string") return value === "" ? "empty text" : `text "${showValue(value)}"`;
  return typeof value === "number" ? `the number ${value}` : JSON.stringify(value);
}
