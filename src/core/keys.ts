import { IngestorError } from "./errors.ts";
import type { ObjectStore } from "./ports.ts";

/** Where a file store writes what it then moves into place; no key leads there. */
export const tempDir = ".tmp";

/** Why a text cannot be the key of an object in every store, or undefined if it can. */
export function keyProblem(key: string): string | undefined {
  const segments = key.split("/");
  if (segments.includes("")) return "a segment between its slashes is empty";
  if (segments.includes(".") || segments.includes("..")) return "it leads out of the store";
  if (segments[0] === tempDir) return `"${tempDir}" is where a store keeps what is not yet in place`;
  if (/[\\\u0000-\u001f\u007f]/.test(key)) return "it has a backslash or a control character";
  if (!key.isWellFormed()) return "it is not well-formed Unicode";
  if (segments.some((segment) => Buffer.byteLength(segment) > 255)) return "a segment is longer than 255 bytes";
  return undefined;
}

function check(key: string): void {
  refuse(key, keyProblem(key));
}

/** A prefix is one if some key can begin with it. */
function checkPrefix(prefix: string): void {
  refuse(prefix, keyProblem(`${prefix}x`));
}

function refuse(key: string, problem: string | undefined): void {
  if (problem === undefined) return;
  throw new IngestorError("STORAGE", `Cannot use ${JSON.stringify(key)} as a key: ${problem}`);
}

/** The store with a refusal of every key that some store could not keep: what works with one works with all. */
export function withCheckedKeys(store: ObjectStore): ObjectStore {
  const { link } = store;
  return {
    ...store,
    async get(key) {
      check(key);
      return store.get(key);
    },
    async put(key, body, expect) {
      check(key);
      return store.put(key, body, expect);
    },
    ...(link && {
      async link(from, to, expect) {
        check(from);
        check(to);
        return link(from, to, expect);
      },
    }),
    async *list(prefix) {
      checkPrefix(prefix);
      yield* store.list(prefix);
    },
    async delete(keys) {
      for (const key of keys) check(key);
      return store.delete(keys);
    },
  };
}
