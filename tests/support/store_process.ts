import { fileStore } from "../../src/adapters/file_store.ts";
import { increment } from "./objects.ts";

/**
 * A process of its own at a file store, for tests: `count ROOT KEY STEPS` adds as much, `create ROOT KEY NAME` tries
 * to be the first. Says what it did, line by line, once it is done.
 */
const [command, root = "", key = "", argument = ""] = process.argv.slice(2);
const store = fileStore(root);

if (command === "count") {
  for (let step = 1; step <= Number(argument); step++) {
    await increment(store, key);
    process.stdout.write(`${step}\n`);
  }
} else {
  const etag = await store.put(key, Buffer.from(argument), { absent: true });
  process.stdout.write(etag === undefined ? "" : `${argument}\n`);
}
