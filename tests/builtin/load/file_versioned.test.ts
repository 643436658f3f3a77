import { expect, test } from "bun:test";
import * as v from "valibot";
import fileVersioned from "../../../src/builtin/load/file_versioned.ts";

test.each([
  [{}, "./data"],
  [{ root: "/srv/data" }, "/srv/data"],
])("%j lies in %s", (given, root) => {
  expect(fileVersioned.store(v.parse(fileVersioned.options, given))).toEqual({ kind: "file", root });
});

test.each([[{ root: "" }], [{ root: 1 }], [{ rooot: "x" }]])("options refused: %j", (given) => {
  expect(v.safeParse(fileVersioned.options, given).success).toBe(false);
});
