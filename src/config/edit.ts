import type { Path } from "./tree.ts";

/** The value without the key that the path ends in; the very same value if there is none. */
export function withoutKey(value: unknown, path: Path): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined || typeof value !== "object" || value === null) return value;
  if (!Object.hasOwn(value, segment)) return value;
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([key]) => key !== segment));
  return replaced(value, segment, (inner) => withoutKey(inner, rest));
}

/** The value with what is at the path exchanged. */
export function withValue(value: unknown, path: Path, exchanged: unknown): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return exchanged;
  if (typeof value !== "object" || value === null) return value;
  return replaced(value, segment, (inner) => withValue(inner, rest, exchanged));
}

function replaced(value: object, segment: string | number, change: (inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => (index === Number(segment) ? change(item) : item));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === String(segment) ? change(inner) : inner]),
  );
}
