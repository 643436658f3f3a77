import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileStore } from "../../src/adapters/file_store.ts";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { tempFolder } from "../support/folder.ts";
import { testObjectStore } from "../support/object_store_suite.ts";

testObjectStore("memoryStore()", async () => ({ store: memoryStore() }));

testObjectStore("fileStore()", async () => {
  const folder = tempFolder();
  return {
    store: fileStore(join(folder, "made/if/need/be")),
    close: () => rm(folder, { recursive: true, force: true }),
  };
});
