import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, onTestFinished } from "bun:test";

/**
 * A new folder with the given files by their relative paths. It is removed at the end of the test that made it, or,
 * made outside a test, at the end of the test file.
 */
export function tempFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "ingestor-test-"));
  removeInTheEnd(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function removeInTheEnd(folder: string): void {
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    onTestFinished(remove);
  } catch {
    afterAll(remove);
  }
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
