import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "bun:test";

/** Gives a function that makes new folders with the given files by their relative paths; call it once a test file. */
export function tempFolders(): (files?: Readonly<Record<string, string>>) => string {
  const made: string[] = [];
  afterAll(() => made.forEach((path) => rmSync(path, { recursive: true, force: true })));
  return (files = {}) => {
    const folder = mkdtempSync(join(tmpdir(), "ingestor-test-"));
    made.push(folder);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  };
}

/** The text of a plugin file that serves the transform stage under the name. */
export function pluginText(name: string): string {
  return `import { defineTransformer } from "ingestor";
import * as v from "valibot";
export default defineTransformer({
  name: "${name}",
  summary: "Changes nothing",
  options: v.strictObject({}),
  async *transform(batches) {
    yield* batches;
  },
});
`;
}
