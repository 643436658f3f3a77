import { mkdtemp, rm } from "node:fs/promises";
import { rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { bugText } from "./cli/errors.ts";
import { runCli } from "./cli/root.ts";
import { processShell, type PortRequest } from "./cli/shell.ts";
import { stopOnSignals } from "./cli/signals.ts";
import { version } from "./cli/version.ts";
import type { HttpClient, ObjectStore, StoreLocation } from "./core/ports.ts";
import type { RunPorts } from "./run/ports.ts";

const clock = { now: () => new Date() };

async function openPorts(request: PortRequest): Promise<RunPorts> {
  const [{ fileStore }, { memoryStore }, { memoryLock }] = await Promise.all([
    import("./adapters/file_store.ts"),
    import("./adapters/memory_store.ts"),
    import("./adapters/memory_lock.ts"),
  ]);
  const memories = new Map<string, ObjectStore>();
  const lock = memoryLock(clock.now);

  function openMemory(name: string): ObjectStore {
    const store = memories.get(name) ?? memoryStore(name);
    memories.set(name, store);
    return store;
  }

  return {
    ...request,
    clock,
    random: Math.random,
    http: lazyHttp,
    openStore: (location: StoreLocation) =>
      location.kind === "file" ? fileStore(location.root) : openMemory(location.name),
    openLock: () => lock,
    notifier: undefined,
    tempDir,
    toolVersion: version,
    owner: `${hostname()}:${process.pid}`,
  };
}

const lazyHttp: HttpClient = {
  async get(url, request) {
    const { httpClient } = await import("./adapters/http.ts");
    return httpClient({ version }).get(url, request);
  },
};

const tempDirs = new Set<string>();

async function tempDir(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "ingestor-"));
  tempDirs.add(path);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      tempDirs.delete(path);
    },
  };
}

function dieOfBug(error: unknown): void {
  process.stderr.write(bugText(error));
  process.exit(70);
}

process.on("uncaughtException", dieOfBug);
process.on("unhandledRejection", dieOfBug);
// After a second signal nothing else is left to do it.
process.on("exit", () => tempDirs.forEach((path) => rmSync(path, { recursive: true, force: true })));

const shell = processShell(stopOnSignals(), openPorts);
const exitCode = await runCli(process.argv.slice(2), shell);
// Not left to the event loop: a plugin may have left a timer or a connection behind.
process.stderr.write("", () => process.exit(exitCode));
