import { test } from "bun:test";
import * as fc from "fast-check";
import { problemsOf, valid } from "./support.ts";

const fragment = fc.oneof(
  fc.constantFrom(
    ...'{}[]:,-?&*!|>"%@`#\t\n$'.split(""),
    "${",
    "${A}",
    "\n  ",
    "\n---\n",
    "*a",
    "&a ",
    "<<: ",
    "null",
    "__proto__: ",
    "constructor: ",
  ),
  fc.string({ unit: "binary", maxLength: 5 }),
);

const mutations = fc.array(fc.record({ at: fc.nat(valid.length), removed: fc.nat(40), added: fragment }), {
  maxLength: 6,
});

// `problemsOf` throws whatever is no `IngestorError`.
test("whatever is done to a text, what is wrong with it is an IngestorError", async () => {
  await fc.assert(
    fc.asyncProperty(mutations, async (changes) => {
      const text = changes.reduce(
        (text, { at, removed, added }) => text.slice(0, at) + added + text.slice(at + removed),
        valid,
      );
      await problemsOf(text, { env: { A: "1" } });
    }),
    { numRuns: 1000 },
  );
});

test("neither does any text, nor anything set", async () => {
  const text = fc.array(fragment).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(text, fc.array(text, { maxLength: 3 }), async (text, set) => {
      await problemsOf(text, { set, local: "out" });
      await problemsOf(valid, { set: set.map((value) => `load=${value}`), local: "out" });
    }),
    { numRuns: 250 },
  );
});
