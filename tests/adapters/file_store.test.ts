import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileStore } from "../../src/adapters/file_store.ts";
import { IngestorError } from "../../src/core/errors.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { tempFolder } from "../support/folder.ts";
import { badKeys } from "../support/object_store_suite.ts";
import { bytes, increment, keysIn, putText, textAt } from "../support/objects.ts";
import { thrownBy } from "../support/thrown.ts";

setDefaultTimeout(60_000);

function start(...args: string[]) {
  const script = join(import.meta.dir, "../support/store_process.ts");
  return Bun.spawn([process.execPath, script, ...args], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
}

const linesOf = async (stdout: ReadableStream) => (await new Response(stdout).text()).split("\n").slice(0, -1);

/** What lies in the folder for temporary files. */
const temporaries = (root: string) => readdirSync(join(root, ".tmp"));

describe("between processes", () => {
  test("four that count together lose no step, and one that is killed leaves no lock", async () => {
    const root = tempFolder();
    const victim = start("count", root, "a/counter", "1000000");
    const counters = Array.from({ length: 4 }, () => start("count", root, "a/counter", "50"));
    let told = "";
    for await (const chunk of victim.stdout) {
      told += new TextDecoder().decode(chunk);
      if (told.length > 40) victim.kill("SIGKILL");
    }
    const byVictim = told.split("\n").length - 1;
    expect(await Promise.all(counters.map(({ exited }) => exited))).toEqual([0, 0, 0, 0]);

    // The last step of the one that was killed may have been done and not been told.
    const store = fileStore(root);
    const counted = Number(await textAt(store, "a/counter")) - 200;
    expect([byVictim, byVictim + 1]).toContain(counted);
    await increment(store, "a/counter");
    expect(await textAt(store, "a/counter")).toBe(String(counted + 201));
    expect(await keysIn(store)).toEqual(["a/counter"]);
  });

  test("of eight that create one object, one wins", async () => {
    const root = tempFolder();
    const racers = Array.from({ length: 8 }, (_, index) => start("create", root, "a/one", `writer ${index}`));
    const winners = (await Promise.all(racers.map(({ stdout }) => linesOf(stdout)))).flat();
    expect(winners).toHaveLength(1);
    expect(await textAt(fileStore(root), "a/one")).toBe(winners[0] ?? "");
    expect(temporaries(root)).toEqual([]);
  });
});

describe("temporary files", () => {
  test("none is left, whatever becomes of a put", async () => {
    const root = tempFolder();
    const store = fileStore(root);
    const etag = await store.put("a/b", bytes("1"), { absent: true });
    await store.put("a/b", bytes("2"), { absent: true });
    await store.put("a/b", bytes("2"), { etag: etag ?? "" });
    await store.put("a/b", bytes("3"), { etag: etag ?? "" });
    await store.put("a/b", bytes("4"));
    await store.link?.("a/b", "a/c", { absent: true });
    await store.link?.("a/b", "a/c", { absent: true });
    await store.link?.("a/b", "a/c", { etag: "other" });
    expect(await thrownBy(store.put("a/b/c", bytes("5")))).toBeInstanceOf(IngestorError);
    expect(await thrownBy(store.put("a/b/c", bytes("5"), { absent: true }))).toBeInstanceOf(IngestorError);
    expect(await thrownBy(store.put("a", bytes("6")))).toBeInstanceOf(IngestorError);
    expect(await thrownBy(store.link?.("a/none", "a/d", { etag: "other" }))).toBeInstanceOf(IngestorError);
    expect(temporaries(root)).toEqual([]);
    expect(await keysIn(store)).toEqual(["a/b", "a/c"]);
  });

  test("those of a process that was killed are in no listing, and go when they are a day old", async () => {
    const dayOld = new Date(Date.now() - 25 * 3_600_000);
    const root = tempFolder({ ".tmp/1-2-3": "of a killed process", ".tmp/4-5-6": "of one that still writes" });
    utimesSync(join(root, ".tmp/1-2-3"), dayOld, dayOld);
    const store = fileStore(root);
    expect(await keysIn(store)).toEqual([]);
    expect(await keysIn(store, ".")).toEqual([]);
    await putText(store, "a", "1");
    expect(temporaries(root)).toEqual(["4-5-6"]);
    expect(await keysIn(store)).toEqual(["a"]);
  });

  test("nothing is left of a refused put but the root", async () => {
    const root = tempFolder();
    expect(await fileStore(root).put("a/b/c", bytes("1"), { etag: "other" })).toBeUndefined();
    expect(readdirSync(root)).toEqual([".tmp"]);
  });
});

describe("folders", () => {
  test("those that a delete empties go, the root stays", async () => {
    const root = join(tempFolder(), "store");
    const store = fileStore(root);
    for (const key of ["a/b/c/1", "a/b/2", "3"]) await putText(store, key, key);
    await store.delete(["a/b/c/1"]);
    expect(readdirSync(join(root, "a/b"))).toEqual(["2"]);
    await store.delete(["a/b/2", "3"]);
    expect(readdirSync(root)).toEqual([".tmp"]);
    await putText(store, "a/b/c/1", "again");
    expect(await keysIn(store)).toEqual(["a/b/c/1"]);
  });

  test("a relative root is the same folder", async () => {
    const folder = tempFolder();
    const store = fileStore(relativeTo(folder));
    await putText(store, "a/b", "1");
    await store.delete(["a/b"]);
    expect(readdirSync(folder)).toEqual([".tmp"]);
  });

  test("may be removed behind the store's back", async () => {
    const root = tempFolder();
    const [store, other] = [fileStore(root), fileStore(root)];
    await putText(store, "a/b/c", "1");
    await other.delete(["a/b/c"]);
    expect(await store.put("a/b/d", bytes("2"), { absent: true })).toBeDefined();
    await other.delete(["a/b/d"]);
    expect(await store.put("a/b/e", bytes("3"))).toBeDefined();
    expect(await keysIn(other)).toEqual(["a/b/e"]);
  });

  test("many puts and deletes in one of them", async () => {
    const root = tempFolder();
    const [store, other] = [fileStore(root), fileStore(root)];
    const lost: string[] = [];
    const worker = async (name: string, mine: ObjectStore) => {
      for (let round = 0; round < 60; round++) {
        if ((await mine.put(`a/b/c/${name}`, bytes("x"), { absent: true })) === undefined) lost.push(name);
        await mine.delete([`a/b/c/${name}`]);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => worker(`w${index}`, index % 2 ? store : other)));
    expect(lost).toEqual([]);
    expect(readdirSync(root)).toEqual([".tmp"]);
  });

  test("a link to a folder elsewhere is followed for a key, as anybody would expect of a mounted disk", async () => {
    const elsewhere = tempFolder({ "b.txt": "there" });
    const root = tempFolder();
    symlinkSync(elsewhere, join(root, "a"));
    expect(await textAt(fileStore(root), "a/b.txt")).toBe("there");
  });
});

describe("keys", () => {
  test.each(badKeys.map((key) => [key]))("%j leaves the folders around the root as they were", async (key) => {
    const folder = tempFolder({ a: "outside", "store/kept": "inside" });
    const store = fileStore(join(folder, "store"));
    expect(await thrownBy(store.put(key, bytes("x")))).toBeInstanceOf(IngestorError);
    expect(await thrownBy(store.get(key))).toBeInstanceOf(IngestorError);
    expect(await thrownBy(store.delete([key]))).toBeInstanceOf(IngestorError);
    expect(readdirSync(folder).toSorted()).toEqual(["a", "store"]);
    expect(readdirSync(join(folder, "store"))).toEqual(["kept"]);
  });
});

describe("what the file system refuses", () => {
  /** The error that every operation gives. */
  async function failures(root: string) {
    const store = fileStore(root);
    const found: Record<string, string> = {};
    const attempts = {
      get: () => store.get("a/b"),
      put: () => store.put("a/b", bytes("1")),
      create: () => store.put("a/b", bytes("1"), { absent: true }),
      swap: () => store.put("a/b", bytes("1"), { etag: "x" }),
      list: () => keysIn(store),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const thrown: unknown = await attempt().then(
        () => undefined,
        (error: unknown) => error,
      );
      found[name] = thrown instanceof IngestorError ? `${thrown.code}: ${thrown.hint}` : String(thrown);
    }
    return found;
  }

  test("a root that is a file", async () => {
    const hint = "STORAGE: a file stands where a folder is needed";
    const folder = tempFolder({ file: "x" });
    const all = { get: hint, put: hint, create: hint, swap: hint, list: hint };
    expect(await failures(join(folder, "file"))).toEqual(all);
    expect(await failures(join(folder, "file/below"))).toEqual(all);
  });

  test("a root that does not exist is an empty store", async () => {
    const root = join(tempFolder(), "not/there");
    const store = fileStore(root);
    expect(await store.get("a/b")).toBeUndefined();
    expect(await keysIn(store)).toEqual([]);
    await store.delete(["a/b"]);
    await store.flush();
    expect(existsSync(root)).toBe(false);
  });

  test.skipIf(process.getuid?.() === 0)("a root without rights", async () => {
    const hint = "STORAGE: give the user that runs this the right to read and write there, or choose another folder";
    const root = tempFolder({ "a/b": "x" });
    chmodSync(root, 0);
    const all = { get: hint, put: hint, create: hint, swap: hint, list: hint };
    expect(await failures(root).finally(() => chmodSync(root, 0o700))).toEqual(all);
  });

  test("a file where a key needs a folder, and a folder where it needs a file", async () => {
    const store = fileStore(tempFolder({ a: "file", "b/c": "file" }));
    const fileStands = { code: "STORAGE", hint: "a file stands where a folder is needed" };
    expect(await thrownBy(store.put("a/x", bytes("1")))).toMatchObject(fileStands);
    expect(await thrownBy(store.put("a/x", bytes("1"), { absent: true }))).toMatchObject(fileStands);
    const folderStands = { code: "STORAGE", hint: "a folder stands where a file is needed" };
    expect(await thrownBy(store.put("b", bytes("1")))).toMatchObject(folderStands);
    expect(await store.get("a/x")).toBeUndefined();
    expect(await store.get("b")).toBeUndefined();
    expect(await keysIn(store, "a/")).toEqual([]);
  });

  test("messages name the path", async () => {
    const root = tempFolder({ file: "x" });
    const thrown = await fileStore(root)
      .put("file/a", bytes("1"))
      .catch((error: unknown) => error);
    expect(String(thrown)).toStartWith(`IngestorError: Cannot write "${join(root, "file/a")}": `);
  });
});

test("a linked projection is the same file until it is replaced", async () => {
  const root = tempFolder();
  const store = fileStore(root);
  await putText(store, "v/a", "1");
  await store.link?.("v/a", "p/a", { absent: true });
  const inode = (path: string) => statSync(join(root, path)).ino;
  expect(inode("p/a")).toBe(inode("v/a"));
  await putText(store, "p/a", "2");
  expect(inode("p/a")).not.toBe(inode("v/a"));
});

test("foreign folders without files are in no listing", async () => {
  const root = tempFolder({ "a/b": "1" });
  mkdirSync(join(root, "empty/er"), { recursive: true });
  writeFileSync(join(root, "a/c"), "2");
  expect(await keysIn(fileStore(root))).toEqual(["a/b", "a/c"]);
});

function relativeTo(folder: string): string {
  return join(
    "..",
    ...process
      .cwd()
      .split("/")
      .slice(2)
      .map(() => ".."),
    folder,
  );
}
