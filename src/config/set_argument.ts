import { isSecret } from "./show.ts";

/** One `KEY=VALUE` of the command line, taken apart. */
export interface SetArgument {
  key: string;
  /** The value, as YAML. */
  text: string;
}

/** What is wrong with one that cannot be. */
export interface SetProblem {
  /** As far as messages may quote it: where the key should be. */
  shown: string;
  problem: string;
}

/**
 * Takes a value of `--set` apart. A KEY has no blank and no colon: in the slip `token: abc==`, what stands before the
 * sign is not for messages.
 */
export function readSetArgument(raw: string): SetArgument | SetProblem {
  const [, key = "", rest = ""] = /^([^=:\s]*)(.*)$/s.exec(raw) ?? [];
  const shown = `--set ${key}`.trimEnd();
  if (key === "" || !rest.startsWith("=")) return { shown, problem: "must be KEY=VALUE" };
  const text = rest.slice(1);
  // What was meant may be the next word, which would be taken for a dataset.
  if (text === "" && isSecret(key.split("."))) return { shown, problem: "needs a value after the =, or null" };
  return { key, text };
}
