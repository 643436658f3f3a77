import { isSecretParameter } from "./url.ts";

/** Values that must not leave the process, as they become known, and texts without them. */
export interface Secrets {
  /** What is too short also stands in other words, and is passed over. */
  add(value: string): void;
  /** The text with `***` in place of every secret, and of whatever in a URL or a header must be one. */
  mask(text: string): string;
}

const shortest = 6;
/** A line of a key in several lines, which a message may quote alone. */
const shortestLine = 16;

export function openSecrets(): Secrets {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;

  /** The longest come first: one may be the beginning of another. */
  function known(): RegExp {
    const all = [...forms].toSorted((one, other) => other.length - one.length).map(patternOf);
    return new RegExp(all.length === 0 ? "(?!)" : all.join("|"), "g");
  }

  return {
    add(value) {
      const lines = value.split(/\s*\n\s*/).filter((line) => line.length >= shortestLine);
      for (const text of [value, value.trim(), ...lines]) {
        if (text.trim().length >= shortest) for (const form of formsOf(text)) forms.add(form);
      }
      pattern = undefined;
    },
    mask: (text) => maskPatterns(text.replace((pattern ??= known()), "***")),
  };
}

/** A value as it may be written: as it is, in JSON, in JSON within JSON, in a URL, in a form. */
function formsOf(value: string): string[] {
  const json = inJson(value);
  // A half of a character has no form in a URL.
  const whole = value.toWellFormed();
  const form = new URLSearchParams({ v: whole }).toString().slice(2);
  return [value, json, inJson(json), encodeURIComponent(whole), encodeURI(whole), form, ...inAddress(whole)];
}

/** As a path and as a query are sent, which encode each another few characters. */
function inAddress(value: string): string[] {
  const start = "http://h/";
  return [start, `${start}?`]
    .map((before) => (URL.parse(before + value)?.href ?? "").slice(before.length))
    .filter((form) => form.length >= value.length);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** A number of JSON is never what was told in a text, and would be none any more. */
function patternOf(text: string): string {
  return /^\d+$/.test(text) ? `(?<!":)${text}` : escaped(text);
}

function escaped(text: string): string {
  return text.replace(/[$()*+./?[\\\]^{|}-]/g, "\\$&");
}

/** User and password of a URL, parameters that are named like keys, and the credentials of an `Authorization`. */
function maskPatterns(text: string): string {
  return text
    .replace(/(?<=[a-z]:\/\/)[^\s/?#"'<>\\@]+@/gi, "***@")
    .replace(/([?&;]([\w.%[\]-]+)=)([^\s&;#"'<>\\]+)/g, (written, start: string, name: string) =>
      isSecretParameter(name) ? `${start}***` : written,
    )
    .replace(/\b(authorization[\\"']*\s*[:=]\s*[\\"']*)((?:[a-z]+ +)?)[^\s"'\\,;}]+/gi, "$1$2***");
}

/** A value of JSON with every text in it masked, those that are keys too. */
export function masked<T>(value: T, mask: (text: string) => string): T;
export function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((item) => masked<unknown>(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key), masked<unknown>(item, mask)]));
}

/** Words that only look like one that says secret. */
const plainWord = /^(?:hockey|key(?:boards?|notes?|words?)|monkeys?|secretar(?:ia|iat|ies|y)|tokeni[sz]\w*|turkey)$/i;
/** The folder that a shell is in, and was in. */
const folders = new Set(["PWD", "OLDPWD"]);

/**
 * Whether the name of a variable that a dataset file reads says that its value is nobody's business, wherever it says
 * so: what is hidden for nothing costs less than what is shown once.
 */
export function saysSecret(name: string): boolean {
  if (folders.has(name)) return false;
  return /secret|token|key|pass ?w(?:or)?d|pass ?phrase|pwd|credential|\bauth\b|authorization/i.test(
    wordsOf(name).join(" "),
  );
}

/** Where a secret lies, and not what it is. */
const placeWords = new Set(["arn", "dir", "file", "folder", "name", "path", "sock", "table"]);

/**
 * Whether the name of any variable of the environment says so. Many of them have nothing to do with this program, so
 * what ends in a word for a place is left alone.
 */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name).map((word) => word.toLowerCase());
  if (placeWords.has(words.at(-1) ?? "")) return false;
  // How many tokens there may be is no secret.
  if (words.at(-1) === "tokens") return false;
  return words.some((word) =>
    /(?:secret|token|passw(?:or)?d|passphrase|key|credential|^auth|authorization)s?$/.test(word),
  );
}

/** `api`, `Token` and `Value` of `apiTokenValue`. */
function wordsOf(name: string): string[] {
  const words = name.replace(/([a-z\d])([A-Z])/g, "$1_$2").split(/[^A-Za-z]+/);
  return words.filter((word) => !plainWord.test(word));
}

/** The secrets of an environment: what its names say is one, and those within URLs. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => [
    ...(isSecretName(name) ? [value] : []),
    ...secretsInUrl(value),
  ]);
}

/** The password of a URL, or its user where that is all there is, and the values of parameters that are named like keys. */
export function secretsInUrl(text: string): string[] {
  const [, user = "", password] = /^[a-z][\w+.-]*:\/\/([^:/?#@]*)(?::([^/?#]*))?@/i.exec(text) ?? [];
  const [, query = ""] = /^[a-z][\w+.-]*:\/\/[^?#]*\?([^#]*)/i.exec(text) ?? [];
  const values = query.split(/[&;]/).flatMap((parameter) => {
    const [name = "", value = ""] = parameter.split(/=(.*)/s, 2);
    return isSecretParameter(name) ? [value] : [];
  });
  const written = [password ?? user, ...values].filter((value) => value !== "");
  const basic = password === undefined ? [] : [btoa(`${decoded(user)}:${decoded(password)}`)];
  return [...written, ...written.map(decoded), ...basic];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
