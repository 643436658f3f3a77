import { expect, test } from "bun:test";
import { IngestorError, placeOf } from "../../src/core/errors.ts";
import { pluginFiles } from "../../src/host/discovery.ts";
import { pluginRegistry } from "../../src/host/registry.ts";
import { brokenPlugins } from "../support/broken_plugins.ts";
import { tempFolder } from "../support/folder.ts";

test.each([...brokenPlugins])("a plugin with $what gives one message", async ({ files, says }) => {
  const path = tempFolder(files);
  const registry = pluginRegistry([], pluginFiles({ path, named: true }));
  const error: unknown = await registry.find("parse", "bad").catch((thrown: unknown) => thrown);
  if (!(error instanceof IngestorError)) throw new Error(`expected an IngestorError, got ${String(error)}`);
  expect(error.code).toBe("PLUGIN");
  const lines = error.problems.map((problem) => `${placeOf(problem)}  ${problem.message}`.replaceAll(`${path}/`, ""));
  expect([error.message, ...lines]).toEqual([...says]);
});
