import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import * as v from "valibot";
import file from "../../../src/builtin/extract/file.ts";
import { tempFolder } from "../../support/folder.ts";
import { extractContext } from "../../support/stage.ts";

const folder = tempFolder({ "año 1.csv": "a,b", "empty.csv": "", "sub/x.csv": "x" });
const ctx = extractContext({ baseDir: join(folder, "sub"), tempDir: tempFolder() });

async function extract(path: string) {
  const source = await file.extract(v.parse(file.options, { path }), ctx);
  if (source === "unchanged") throw new Error("a file is never unchanged");
  return source;
}

test.each([["../año 1.csv"], [join(folder, "año 1.csv")]])("reads %s", async (path) => {
  const { url, blob, ...rest } = await extract(path);
  expect(url).toBe(`file://${folder}/a%C3%B1o%201.csv`);
  expect(await blob.text()).toBe("a,b");
  expect(rest).toEqual({});
});

test("what is written to the file afterwards does not change what was read", async () => {
  const changing = tempFolder({ "x.csv": "before" });
  const { blob } = await extract(join(changing, "x.csv"));
  await Bun.write(join(changing, "x.csv"), "afterwards");
  expect(await blob.text()).toBe("before");
});

test.each([
  ["../none.csv", "there is no such file"],
  ["x.csv/y.csv", "there is no such file"],
  ["..", "it is a folder"],
  ["../empty.csv", "it is empty"],
  ["/dev/null", "it is not a regular file"],
])("%s: %s", (path, reason) => {
  expect(extract(path)).rejects.toMatchObject({
    code: "SOURCE",
    message: expect.stringMatching(new RegExp(`^Cannot read "/.*": ${reason}$`)),
    hint: `check source.path: "${path}" is looked for from the folder of the dataset file`,
  });
});

test.skipIf(process.getuid?.() === 0)("one that this user may not read", () => {
  chmodSync(join(folder, "sub/x.csv"), 0);
  expect(extract("x.csv")).rejects.toMatchObject({ message: expect.stringContaining("this user may not read it") });
});

test("a path is required", () => {
  expect(v.safeParse(file.options, {}).success).toBe(false);
  expect(v.safeParse(file.options, { path: "" }).success).toBe(false);
});
