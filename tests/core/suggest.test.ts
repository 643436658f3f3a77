import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { didYouMean, nearest } from "../../src/core/suggest.ts";

const known = ["timeout", "verify_ssl", "max_redirects", "url"];

test.each([
  ["timout", "timeout"],
  ["Timeout", "timeout"],
  ["verify-ssl", "verify_ssl"],
  ["max_redirect", "max_redirects"],
  ["ulr", undefined],
  ["uri", "url"],
  ["headers", undefined],
  ["", undefined],
])("nearest(%p) is %p", (written, name) => {
  expect(nearest(written, known)).toBe(name);
});

test("didYouMean() ends a message", () => {
  expect(didYouMean("timout", known)).toBe(', did you mean "timeout"?');
  expect(didYouMean("headers", known)).toBe("");
});

test("a known name is nearest to itself, and one slip away from it", () => {
  const slip = fc.tuple(fc.constantFrom("timeout", "verify_ssl", "max_redirects"), fc.nat(6));
  fc.assert(
    fc.property(slip, ([name, at]) => {
      expect(nearest(name, known)).toBe(name);
      expect(nearest(name.slice(0, at) + name.slice(at + 1), known)).toBe(name);
      expect(nearest(`${name.slice(0, at)}~${name.slice(at)}`, known)).toBe(name);
    }),
  );
});
