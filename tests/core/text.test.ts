import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { foldText } from "../../src/core/text.ts";

test.each([
  ["  Tasa  de\nInterés ", "tasa de interes"],
  ["AÑO", "ano"],
  ["N.\u00ba", "n.o"],
  ["Dólar\u00a0EE.UU.", "dolar ee.uu."],
  ["", ""],
])("%p becomes %p", (text, folded) => {
  expect(foldText(text)).toBe(folded);
});

test("case, accents and the form of the Unicode make no difference", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zñáéíóúüç .]{0,30}$/), (text) => {
      for (const other of [text.toUpperCase(), text.normalize("NFD"), ` ${text}\n`]) {
        expect(foldText(other)).toBe(foldText(text));
      }
    }),
  );
});

test("folding twice is folding once", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => expect(foldText(foldText(text))).toBe(foldText(text))),
  );
});
