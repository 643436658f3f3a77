import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { writeFile } from "../../src/cli/output_file.ts";
import { tempFolder } from "../support/folder.ts";

async function* chunks(...texts: (string | Error)[]) {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield text;
  }
}

test("a file is there when all of it is written, and not before", async () => {
  const folder = tempFolder({ "out.csv": "before" });
  const path = join(folder, "out.csv");
  async function* watched() {
    yield "one ";
    expect(readFileSync(path, "utf8")).toBe("before");
    yield Buffer.from("two");
  }
  await writeFile(path, watched());
  expect(readFileSync(path, "utf8")).toBe("one two");
  expect(readdirSync(folder)).toEqual(["out.csv"]);
});

test("what goes wrong leaves what was there, and nothing beside it", async () => {
  const folder = tempFolder({ "out.csv": "before" });
  const path = join(folder, "out.csv");
  expect(writeFile(path, chunks("one", new Error("the store is gone")))).rejects.toThrow("the store is gone");
  expect(readFileSync(path, "utf8")).toBe("before");
  expect(readdirSync(folder)).toEqual(["out.csv"]);
  expect(writeFile(folder, chunks("one"))).rejects.toThrow(`Cannot write "${folder}": E`);
});

test("a link leads to the file that is replaced, and what is no file stays what it is", async () => {
  const folder = tempFolder({ "real.csv": "before" });
  const link = join(folder, "link.csv");
  symlinkSync("real.csv", link);
  await writeFile(link, chunks("after"));
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, "real.csv"), "utf8")).toBe("after");
  await writeFile("/dev/null", chunks("nothing"));
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});
