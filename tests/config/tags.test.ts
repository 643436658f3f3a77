import { expect, test } from "bun:test";
import { tagsIn } from "../../src/config/tags.ts";
import { load, valid } from "./support.ts";

test.each([
  ["dataset_id: x", []],
  ["tags: [a, 'b c']", ["a", "b c"]],
  ["tags:\n  - a\n  - 5", ["a"]],
  ["tags: a", undefined],
  ["tags: [a", undefined],
  ["", []],
])("of %j the tags are %j", (text, tags) => {
  expect(tagsIn(text)).toEqual(tags);
});

test("a dataset has its tags, and those that are no texts are refused", async () => {
  expect((await load(`${valid}tags: [daily]\n`)).dataset.tags).toEqual(["daily"]);
  expect(load(`${valid}tags: daily\n`)).rejects.toThrow("1 problem");
  expect(load(`${valid}tags: ['']\n`)).rejects.toThrow("1 problem");
});
