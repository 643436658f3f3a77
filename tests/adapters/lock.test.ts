import { rmSync } from "node:fs";
import { join } from "node:path";
import { dynamodbLock } from "../../src/adapters/dynamodb_lock.ts";
import { fileLock } from "../../src/adapters/file_lock.ts";
import { memoryLock } from "../../src/adapters/memory_lock.ts";
import { credentials, region, startDynalite, tablesAt } from "../support/dynamodb.ts";
import { tempFolder } from "../support/folder.ts";
import { testLock } from "../support/lock_suite.ts";

testLock("memoryLock()", {}, async (time) => {
  const lock = memoryLock(time);
  return { open: () => lock };
});

testLock("memoryLock() with a lease", { leaseSeconds: 30 }, async (time) => {
  const lock = memoryLock(time, 30);
  return { open: () => lock };
});

testLock("fileLock()", {}, async (time) => {
  const folder = join(tempFolder(), "made/if/need/be");
  return {
    open: () => fileLock(folder, time),
    forget: async () => rmSync(folder, { recursive: true }),
  };
});

const servers = { "in this process": await startDynalite(), elsewhere: process.env["INGESTOR_TEST_AWS_ENDPOINT"] };

for (const [where, endpoint] of Object.entries(servers)) {
  if (endpoint === undefined || endpoint === "") continue;
  const tables = tablesAt(endpoint);
  testLock(`dynamodbLock() on a server ${where}`, { leaseSeconds: 30 }, async (time) => {
    const table_name = await tables.create();
    const place = { table_name, region_name: region, endpoint, credentials, timeout_seconds: 30 };
    return {
      open: () => dynamodbLock(place, time),
      forget: (key) => tables.remove(table_name, key),
    };
  });
}
