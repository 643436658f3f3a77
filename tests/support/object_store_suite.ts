import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { IngestorError } from "../../src/core/errors.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { bytes, increment, keysIn, putText, textAt } from "./objects.ts";
import { thrownBy } from "./thrown.ts";

export interface OpenedStore {
  /** Empty, and nobody else's. */
  store: ObjectStore;
  close?: () => Promise<void>;
}

/** Keys that some store could not keep, so that none takes them. */
export const badKeys = [
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "../a",
  "a/..",
  "a/../b",
  "a/./b",
  "a\\b",
  "..\\a",
  "a\0b",
  "a\nb",
  "\ud800",
  ".tmp",
  ".tmp/a",
  `a/${"é".repeat(128)}`,
];

/** What holds of every object store. A store of a new technology is one call of this. */
export function testObjectStore(name: string, open: () => Promise<OpenedStore>): void {
  setDefaultTimeout(60_000);
  describe(name, () => {
    let store: ObjectStore;
    let close: OpenedStore["close"];
    beforeEach(async () => void ({ store, close } = await open()));
    afterEach(async () => close?.());

    describe("get and put", () => {
      test("what was never put is not there", async () => {
        expect(await store.get("a/b")).toBeUndefined();
        expect(await store.get("a")).toBeUndefined();
      });

      test("what was put is there, byte by byte, under the etag that put gave", async () => {
        const body = Uint8Array.from({ length: 256 }, (_, index) => index);
        const etag = await store.put("a/b", body);
        const found = await store.get("a/b");
        expect(found && { body: [...found.body], etag: found.etag }).toEqual({ body: [...body], etag: etag ?? "" });
      });

      test.each([
        ["no bytes", new Uint8Array()],
        ["a Blob without bytes", new Blob([])],
        ["a Blob", new Blob(["déjà ", "vu"])],
        ["3 MiB", Uint8Array.from({ length: 3 << 20 }, (_, index) => index * 31)],
        ["a Blob of 3 MiB", new Blob([new Uint8Array(3 << 20).fill(7)])],
      ])("%s", async (_, body) => {
        const expected = body instanceof Blob ? await body.bytes() : body.slice();
        const etag = await store.put("body", body, { absent: true });
        const found = await store.get("body");
        expect(found?.etag).toBe(etag ?? "");
        expect(Buffer.compare(found?.body ?? bytes("nothing"), expected)).toBe(0);
        const listed = await Array.fromAsync(store.list(""));
        expect(listed.map(({ key, size }) => ({ key, size }))).toEqual([{ key: "body", size: expected.byteLength }]);
      });

      test("a part of a larger buffer is put alone", async () => {
        await store.put("part", bytes("abcdef").subarray(2, 4));
        expect(await textAt(store, "part")).toBe("cd");
      });

      test("a put replaces the whole object, and changes the etag with the content", async () => {
        const before = await putText(store, "a", "a longer text");
        const after = await putText(store, "a", "short");
        expect(await textAt(store, "a")).toBe("short");
        expect(after).not.toBe(before);
      });

      test("the bodies that get gives are copies, and so is what put takes", async () => {
        const body = bytes("abc");
        await store.put("a", body);
        body.fill(0);
        (await store.get("a"))?.body.fill(0);
        expect(await textAt(store, "a")).toBe("abc");
      });

      test("one key may begin with another", async () => {
        await putText(store, "a/b", "1");
        await putText(store, "a/b.c", "2");
        await putText(store, "a/bc/d", "3");
        expect(await keysIn(store)).toEqual(["a/b", "a/b.c", "a/bc/d"]);
        expect(await store.get("a")).toBeUndefined();
      });

      test("keys of any alphabet, with spaces and signs", async () => {
        const keys = [
          "año",
          "an\u0303o",
          "日本",
          "😀/😀",
          "a b/c d",
          "a=b/c+d",
          "a%2Fb",
          "a?b#c",
          "-",
          ".a",
          "a'\"<>|*:",
        ];
        for (const key of keys) await putText(store, key, key);
        for (const key of keys) expect(await textAt(store, key)).toBe(key);
        expect(await keysIn(store)).toEqual(inOrderOfBytes(keys));
      });

      test("flush ends, with and without something to make durable", async () => {
        await store.flush();
        await putText(store, "a/b", "1");
        await Promise.all([store.flush(), store.flush()]);
        expect(await textAt(store, "a/b")).toBe("1");
      });
    });

    describe("conditions", () => {
      test("absent: only the first put happens", async () => {
        const first = await store.put("a", bytes("1"), { absent: true });
        expect(first).toBeDefined();
        expect(await store.put("a", bytes("2"), { absent: true })).toBeUndefined();
        expect(await store.get("a")).toEqual({ body: Buffer.from("1"), etag: first ?? "" });
      });

      test("etag: only where the object is in that state", async () => {
        const first = await putText(store, "a", "1");
        const second = await store.put("a", bytes("2"), { etag: first });
        expect(second).toBeDefined();
        expect(await store.put("a", bytes("3"), { etag: first })).toBeUndefined();
        expect(await store.get("a")).toEqual({ body: Buffer.from("2"), etag: second ?? "" });
      });

      test("etag: never where there is no object, and nothing is left of the attempt", async () => {
        const etag = await putText(store, "other", "1");
        expect(await store.put("a/b/c", bytes("1"), { etag })).toBeUndefined();
        expect(await store.get("a/b/c")).toBeUndefined();
        expect(await keysIn(store)).toEqual(["other"]);
      });

      test("etag: never after a delete", async () => {
        const etag = await putText(store, "a", "1");
        await store.delete(["a"]);
        expect(await store.put("a", bytes("2"), { etag })).toBeUndefined();
        expect(await store.put("a", bytes("3"), { absent: true })).toBeDefined();
        expect(await textAt(store, "a")).toBe("3");
      });

      test("a Blob is refused like bytes are", async () => {
        await putText(store, "a", "1");
        expect(await store.put("a", new Blob(["2"]), { absent: true })).toBeUndefined();
        expect(await textAt(store, "a")).toBe("1");
      });
    });

    describe("list", () => {
      test("in the order of the bytes of the keys", async () => {
        const keys = ["b", "a/b", "a-b/x", "a.b", "aé", "az", "a/c/d", "a!", "a0", "A", "\ufb00", "😀", "a ", "a~"];
        for (const key of keys) await putText(store, key, key);
        expect(await keysIn(store)).toEqual(inOrderOfBytes(keys));
      });

      test("the keys that begin with the prefix, wherever it ends", async () => {
        for (const key of ["a/b/c", "a/bc", "a/b.d", "ab", "b/a/b"]) await putText(store, `x/${key}`, key);
        const listed: Record<string, string[]> = {};
        for (const prefix of ["", "x", "x/", "x/a", "x/a/", "x/a/b", "x/a/b/", "x/ab", "x/ab/", "y", "x/a/bcd", "xx/"])
          listed[prefix] = await keysIn(store, prefix);
        const inA = ["x/a/b.d", "x/a/b/c", "x/a/bc"];
        const all = [...inA, "x/ab", "x/b/a/b"];
        expect(listed).toEqual({
          "": all,
          x: all,
          "x/": all,
          "x/a": [...inA, "x/ab"],
          "x/a/": inA,
          "x/a/b": inA,
          "x/a/b/": ["x/a/b/c"],
          "x/ab": ["x/ab"],
          "x/ab/": [],
          y: [],
          "x/a/bcd": [],
          "xx/": [],
        });
      });

      test("with size and a time that is not far from now", async () => {
        await putText(store, "a/b", "12345");
        const [listed, ...others] = await Array.fromAsync(store.list("a/"));
        expect(others).toEqual([]);
        expect(listed).toEqual({ key: "a/b", size: 5, modified: expect.any(Date) });
        expect(Math.abs(Date.now() - (listed?.modified.getTime() ?? 0))).toBeLessThan(600_000);
      });

      test("2,500 keys, each once", async () => {
        const keys = Array.from({ length: 2500 }, (_, index) => `d/${index % 7}/${(index * 7919) % 2500}`);
        for (let from = 0; from < keys.length; from += 50) {
          await Promise.all(keys.slice(from, from + 50).map((key) => store.put(key, bytes("x"), { absent: true })));
        }
        expect(await keysIn(store, "d/")).toEqual(inOrderOfBytes(keys));
        await store.delete(keys);
        expect(await keysIn(store)).toEqual([]);
      });

      test("can be left early", async () => {
        for (const key of ["a", "b", "c"]) await putText(store, key, key);
        for await (const { key } of store.list("")) {
          expect(key).toBe("a");
          break;
        }
      });

      test("any set of keys and any prefix", async () => {
        const segment = fc.string({
          unit: fc.constantFrom("a", "b", "-", ".", "é", "0", "😀"),
          minLength: 1,
          maxLength: 3,
        });
        const key = fc
          .array(segment, { minLength: 1, maxLength: 3 })
          .map((segments) => `${segments.join("/")}/end`)
          .filter((text) => !text.split("/").some((part) => part === "." || part === ".."));
        let tries = 0;
        await fc.assert(
          fc.asyncProperty(fc.uniqueArray(key, { maxLength: 12 }), fc.nat({ max: 8 }), async (keys, cut) => {
            const root = `try${tries++}/`;
            for (const name of keys) await putText(store, root + name, name);
            const prefix =
              root +
              Array.from(keys[0] ?? "")
                .slice(0, cut)
                .join("");
            const expected = inOrderOfBytes(keys.map((name) => root + name)).filter((name) => name.startsWith(prefix));
            expect(await keysIn(store, prefix)).toEqual(expected);
          }),
          { numRuns: 40 },
        );
      });
    });

    describe("delete", () => {
      test("removes what is there, and only that", async () => {
        for (const key of ["a/b", "a/c", "d"]) await putText(store, key, key);
        await store.delete(["a/b", "a/none", "none/at/all", "d"]);
        expect(await keysIn(store)).toEqual(["a/c"]);
        expect(await store.get("a/b")).toBeUndefined();
      });

      test("of nothing, and of a key that only others begin with, or that goes on from another, is no error", async () => {
        await putText(store, "a/b", "1");
        await store.delete([]);
        await store.delete(["a", "a/b/c"]);
        expect(await textAt(store, "a/b")).toBe("1");
      });

      test("in a store without objects is no error", async () => {
        await store.delete(["a/b"]);
        expect(await keysIn(store)).toEqual([]);
      });

      test("beside puts in the same folder loses none of them", async () => {
        const rounds = Array.from({ length: 40 }, (_, index) => index);
        for (const round of rounds) {
          await putText(store, "dir/sub/old", "old");
          const [created] = await Promise.all([
            store.put(`dir/sub/new${round}`, bytes("new"), { absent: true }),
            store.put("dir/sub/plain", bytes("plain")),
            store.delete(["dir/sub/old"]),
            store.delete(["dir/sub/none"]),
          ]);
          expect(created).toBeDefined();
          expect(await keysIn(store)).toEqual([`dir/sub/new${round}`, "dir/sub/plain"]);
          await store.delete([`dir/sub/new${round}`, "dir/sub/plain"]);
        }
      });
    });

    describe("races", () => {
      test("of 50 that create one object, one wins", async () => {
        const etags = await Promise.all(
          Array.from({ length: 50 }, (_, index) => store.put("dir/one", bytes(`writer ${index}`), { absent: true })),
        );
        const winners = etags.flatMap((etag, index) => (etag === undefined ? [] : [index]));
        expect(winners).toHaveLength(1);
        expect(await textAt(store, "dir/one")).toBe(`writer ${winners[0]}`);
      });

      test("of 50 that replace one state, one wins", async () => {
        const etag = await putText(store, "one", "before");
        const etags = await Promise.all(
          Array.from({ length: 50 }, (_, index) => store.put("one", bytes(`writer ${index}`), { etag })),
        );
        const winners = etags.flatMap((found, index) => (found === undefined ? [] : [index]));
        expect(winners).toHaveLength(1);
        expect(await textAt(store, "one")).toBe(`writer ${winners[0]}`);
      });

      test("20 that count together lose no step", async () => {
        await Promise.all(
          Array.from({ length: 20 }, async () => {
            for (let step = 0; step < 5; step++) await increment(store, "dir/counter");
          }),
        );
        expect(await textAt(store, "dir/counter")).toBe("100");
      });

      test("no reader sees a part of an object, or its absence", async () => {
        const texts = ["a".repeat(300_000), "b".repeat(200_000), "c"];
        await putText(store, "whole", "c");
        const seen = new Set<string | undefined>();
        const writing = new AbortController();
        const reading = (async () => {
          while (!writing.signal.aborted) seen.add(await textAt(store, "whole"));
        })();
        for (let round = 0; round < 30; round++) await putText(store, "whole", texts[round % 3] ?? "");
        writing.abort();
        await reading;
        expect([...seen].filter((text) => text === undefined || !texts.includes(text))).toEqual([]);
      });

      test("a plain put is never undone by a compare-and-swap that looked before it", async () => {
        await putText(store, "number", "0");
        const counting = new AbortController();
        const counters = Array.from({ length: 3 }, async () => {
          while (!counting.signal.aborted) await increment(store, "number");
        });
        const undone: number[] = [];
        for (let round = 1; round <= 60; round++) {
          await putText(store, "number", String(round * 1_000_000));
          if (Number(await textAt(store, "number")) < round * 1_000_000) undone.push(round);
        }
        counting.abort();
        await Promise.all(counters);
        expect(undone).toEqual([]);
      });
    });

    describe("link", () => {
      test("puts the content of another key under the same conditions", async () => {
        if (store.link === undefined) return;
        const etag = await putText(store, "from/a", "1");
        await putText(store, "from/b", "2");
        expect(await store.link("from/a", "to/deep/a", { absent: true })).toBe(true);
        expect(await store.get("to/deep/a")).toEqual({ body: Buffer.from("1"), etag });
        expect(await store.link("from/b", "to/deep/a", { absent: true })).toBe(false);
        expect(await store.link("from/b", "to/deep/a", { etag: "other" })).toBe(false);
        expect(await store.link("from/b", "to/none", { etag })).toBe(false);
        expect(await store.link("from/b", "to/deep/a", { etag })).toBe(true);
        expect(await textAt(store, "to/deep/a")).toBe("2");
        expect(await textAt(store, "from/a")).toBe("1");
        expect(await keysIn(store)).toEqual(["from/a", "from/b", "to/deep/a"]);
      });

      test("what is put under the new key later leaves the old one as it was", async () => {
        if (store.link === undefined) return;
        await putText(store, "from", "1");
        await store.link("from", "to", { absent: true });
        await putText(store, "to", "2");
        await store.delete(["to"]);
        expect(await textAt(store, "from")).toBe("1");
      });

      test("refuses a source that is not there", async () => {
        if (store.link === undefined) return;
        expect(await thrownBy(store.link("none", "to", { absent: true }))).toMatchObject({ code: "STORAGE" });
        expect(await keysIn(store)).toEqual([]);
      });
    });

    test.each(badKeys.map((key) => [key]))("refuses the key %j", async (key) => {
      await putText(store, "a", "1");
      const attempts = [
        () => store.get(key),
        () => store.put(key, bytes("x")),
        () => store.put(key, bytes("x"), { absent: true }),
        () => store.delete(["a", key]),
        ...(store.link
          ? [() => store.link?.("a", key, { absent: true }), () => store.link?.(key, "b", { absent: true })]
          : []),
      ];
      for (const attempt of attempts) {
        const thrown: unknown = await Promise.resolve(attempt()).then(
          () => "nothing",
          (error: unknown) => error,
        );
        if (!(thrown instanceof IngestorError)) throw new Error(`expected an IngestorError, got ${String(thrown)}`);
        expect(thrown.code).toBe("STORAGE");
        expect(thrown.message).toStartWith(`Cannot use ${JSON.stringify(key)} as a key: `);
      }
      expect(await keysIn(store)).toEqual(["a"]);
    });

    test.each(["/", "a//", "../", "./", "a/../", ".tmp/", "a\\", "\0"])("refuses to list %j", async (prefix) => {
      await putText(store, "a", "1");
      expect(await thrownBy(keysIn(store, prefix))).toMatchObject({ code: "STORAGE" });
    });
  });
}

function inOrderOfBytes(keys: readonly string[]): string[] {
  return keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
