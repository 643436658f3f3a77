import { saysSecret, secretsInUrl } from "../core/secrets.ts";
import { referencesIn, type Env } from "./interpolate.ts";
import type { Node, Path, ScalarNode } from "./tree.ts";

type Tell = (value: string) => void;

/**
 * Tells every value of a dataset file that is nobody's business: of variables whose name says so, of options whose key
 * says so, and within URLs. The environment has been read into the tree.
 */
export function tellSecrets(node: Node, env: Env, tell: Tell, path: Path = []): void {
  if (node.kind === "scalar") return tellScalar(node, env, tell, path);
  const inner = node.kind === "list" ? node.items.entries() : node.entries.entries();
  for (const [segment, item] of inner) tellSecrets("node" in item ? item.node : item, env, tell, [...path, segment]);
}

function tellScalar({ value, written }: ScalarNode, env: Env, tell: Tell, path: Path): void {
  if (typeof value !== "string" && typeof value !== "number") return;
  const text = String(value);
  for (const { name, fallback } of referencesIn(written ?? "")) {
    if (saysSecret(name)) tell(env[name] || fallback || "");
  }
  if (isSecretOption(path)) tellCredentials(text, tell);
  secretsInUrl(text).forEach(tell);
}

/** Of a header, also what follows the scheme: `Bearer …`, `Basic …` with the password that it holds. */
function tellCredentials(text: string, tell: Tell): void {
  tell(text);
  // What cannot be read as a variable is quoted alone.
  for (const [part] of text.matchAll(/\$\{[^}]*\}?/g)) tell(part);
  const [, scheme = "", credentials] = /^([A-Za-z]+) +(\S+)$/.exec(text) ?? [];
  if (credentials === undefined) return;
  tell(credentials);
  if (scheme.toLowerCase() === "basic")
    tell(
      Buffer.from(credentials, "base64")
        .toString()
        .replace(/^[^:]*:/, ""),
    );
}

const secretKey =
  /secret|token|passw(or)?d|passphrase|credential|authorization|cookie|signature|^auth$|[-_]auth$|(api|access|private|account|subscription|license|auth)[-_]?key/i;

/** A plain `key` is the name of something, such as a lock; among headers and parameters it is a key. */
function isSecretOption(path: Path): boolean {
  const names = path.filter((segment) => typeof segment === "string");
  const [parent = "", last = ""] = names.slice(-2);
  return names.some((name) => secretKey.test(name)) || (/^(headers|params|query)$/i.test(parent) && /key$/i.test(last));
}
