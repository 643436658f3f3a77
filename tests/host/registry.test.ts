import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "bun:test";
import * as v from "valibot";
import * as api from "../../src/api.ts";
import { pluginFiles } from "../../src/host/discovery.ts";
import { pluginRegistry } from "../../src/host/registry.ts";
import { pluginText, tempFolder } from "../support/folder.ts";

const builtin = api.defineTransformer({
  name: "inside",
  summary: "Changes nothing",
  options: v.strictObject({}),
  transform: (batches) => batches,
});

function registryOf(files: Readonly<Record<string, string>>) {
  const path = tempFolder(files);
  return pluginRegistry([builtin], pluginFiles({ path, named: true }));
}

const code = (error: unknown) => (error instanceof api.IngestorError ? `${error.code} ${error.message}` : error);

test("a file is a plugin by its name, and only .ts and .js files directly in the folder are", async () => {
  const registry = registryOf({
    "one.ts": pluginText("one"),
    "two.js": pluginText("two"),
    "types.d.ts": "",
    ".hidden.ts": "",
    "tsconfig.json": "{}",
    "notes.md": "",
    "lib/three.ts": pluginText("three"),
  });
  expect(registry.names("transform")).toEqual(["inside", "one", "two"]);
  expect((await registry.find("transform", "one"))?.name).toBe("one");
  expect((await registry.find("transform", "two"))?.name).toBe("two");
  expect(await registry.find("transform", "three")).toBeUndefined();
  expect(await registry.find("transform", "../one")).toBeUndefined();
  expect(await registry.find("transform", "inside")).toBe(builtin);
});

test("a module is imported only when its name is looked up, and once", async () => {
  const registry = registryOf({
    "loud.ts": `globalThis.loudLoads = (globalThis.loudLoads ?? 0) + 1;\n${pluginText("loud")}`,
    "broken.ts": "export default (",
  });
  const loads = () => (globalThis as { loudLoads?: number }).loudLoads;
  expect(registry.names("parse")).toEqual(["broken", "loud"]);
  expect(loads()).toBeUndefined();
  await Promise.all([registry.find("transform", "loud"), registry.find("transform", "loud")]);
  expect(loads()).toBe(1);
});

test("one name may serve several stages, and a loaded module is known for its own stages only", async () => {
  const registry = registryOf({
    "both.ts": `import { defineNormalizer, defineParser } from "ingestor";
import * as v from "valibot";
const common = { name: "both", summary: "s", options: v.strictObject({}) };
export default [defineParser({ ...common, *parse() {} }), defineNormalizer({ ...common, normalize: () => () => undefined })];
`,
  });
  expect((await registry.find("parse", "both"))?.stage).toBe("parse");
  expect((await registry.find("normalize", "both"))?.stage).toBe("normalize");
  expect(await registry.find("transform", "both")).toBeUndefined();
  expect(registry.names("parse")).toEqual(["both"]);
  expect(registry.names("transform")).toEqual(["inside"]);
});

test("a built-in plugin cannot be overridden", async () => {
  const registry = registryOf({ "inside.ts": pluginText("inside") });
  const error: unknown = await registry.find("transform", "inside").catch((thrown: unknown) => thrown);
  expect(code(error)).toBe('PLUGIN Cannot load plugin "inside": a built-in plugin has this name');
});

test("plugins share ingestor and valibot with the core", async () => {
  const registry = registryOf({
    "same.ts": `import * as ingestor from "ingestor";
import * as valibot from "valibot";

${pluginText("same").replace("export default ", "const plugin = ")}
export default { ...plugin, seen: { ingestor, valibot } };
`,
  });
  const plugin: unknown = await registry.find("transform", "same");
  const { seen } = plugin as { seen: { ingestor: typeof api; valibot: typeof v } };
  expect(seen.ingestor.IngestorError).toBe(api.IngestorError);
  expect(seen.valibot.strictObject).toBe(v.strictObject);
  expect(Object.keys(seen.ingestor).toSorted()).toEqual(Object.keys(api).toSorted());
});

test("the plugins folder may be missing unless it was named", () => {
  const path = join(tempFolder(), "none");
  expect(pluginFiles({ path, named: false })).toEqual([]);
  expect(() => pluginFiles({ path, named: true })).toThrow(
    `Cannot read the plugins folder "${path}": there is no such folder`,
  );
  const file = join(tempFolder({ file: "" }), "file");
  expect(() => pluginFiles({ path: file, named: false })).toThrow(`the plugins folder "${file}": it is not a folder`);
});

test("the digest of a lone module is that of its bytes, and follows relative imports", async () => {
  const lone = pluginText("lone");
  const files = {
    "lone.ts": lone,
    "many.ts": `import { a } from "./lib/a.ts";\nexport const used = a;\n`,
    "lib/a.ts": `export { b as a } from "./b";\n`,
    "lib/b.ts": "export const b = 1;\n",
  };
  const registry = registryOf(files);
  expect(await registry.digest("lone")).toBe(createHash("sha256").update(lone).digest("hex"));
  expect(await registry.digest("inside")).toBeUndefined();
  expect(await registry.digest("none")).toBeUndefined();
  const changed = registryOf({ ...files, "lib/b.ts": "export const b = 2;\n" });
  expect(await registryOf(files).digest("many")).toBe(await registry.digest("many"));
  expect(await changed.digest("many")).not.toBe(await registry.digest("many"));
});
