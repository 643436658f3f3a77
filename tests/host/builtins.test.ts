import { expect, test } from "bun:test";
import { Glob } from "bun";
import { builtinPlugins } from "../../src/host/builtins.ts";
import { readExport } from "../../src/host/shape.ts";

test("every built-in file is in the list, with its folder as stage and its name as name", () => {
  const files = [...new Glob("*/*.ts").scanSync("src/builtin")].map((path) => path.replace(/\.ts$/, ""));
  expect(builtinPlugins.map(({ stage, name }) => `${stage}/${name}`).toSorted()).toEqual(files.toSorted());
});

test.each([...builtinPlugins])("$name is what an outside plugin has to be", (plugin) => {
  expect(readExport(plugin, plugin.name).problems).toEqual([]);
});
