import { mkdtemp, rm } from "node:fs/promises";
import { rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { AwsCredentials } from "./adapters/aws_credentials.ts";
import { bugText } from "./cli/errors.ts";
import { runCli } from "./cli/root.ts";
import { processShell, type PortRequest } from "./cli/shell.ts";
import { stopOnSignals } from "./cli/signals.ts";
import { version } from "./cli/version.ts";
import { topicIn } from "./config/topic.ts";
import { IngestorError, reasonOf } from "./core/errors.ts";
import { openSecrets, secretsIn } from "./core/secrets.ts";
import type { HttpClient, Notifier, ObjectStore, Sleep, StoreLocation } from "./core/ports.ts";
import type { RunPorts } from "./run/ports.ts";

const secrets = openSecrets();
secretsIn(process.env).forEach(secrets.add);

const clock = { now: () => new Date() };
const sleep: Sleep = (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted());

async function openPorts(request: PortRequest): Promise<RunPorts> {
  const [{ awsCredentials, toldCredentials }, { fileStore }, { lockOpener }, { memoryStore }, { s3Store }] =
    await Promise.all([
      import("./adapters/aws_credentials.ts"),
      import("./adapters/file_store.ts"),
      import("./adapters/locks.ts"),
      import("./adapters/memory_store.ts"),
      import("./adapters/s3.ts"),
    ]);
  const credentials = toldCredentials(awsCredentials(), secrets.add);
  const memories = new Map<string, ObjectStore>();

  function openMemory(name: string): ObjectStore {
    const store = memories.get(name) ?? memoryStore(name);
    memories.set(name, store);
    return store;
  }

  return {
    ...request,
    clock,
    random: Math.random,
    sleep,
    http: lazyHttp,
    openStore(location: StoreLocation) {
      switch (location.kind) {
        case "file":
          return fileStore(location.root);
        case "memory":
          return openMemory(location.name);
        case "s3":
          return s3Store(location, { credentials });
      }
    },
    openLock: lockOpener({ ...clock, sleep }, credentials),
    notifier: await openNotifier(credentials),
    tempDir: () => tempDir(request.tmp ?? tmpdir()),
    toolVersion: version,
    mask: secrets.mask,
    owner: `${hostname()}:${process.pid}`,
  };
}

async function openNotifier(credentials: AwsCredentials): Promise<Notifier | undefined> {
  const topic = topicIn(process.env);
  if (topic === undefined) return undefined;
  const { snsNotifier } = await import("./adapters/sns.ts");
  return snsNotifier(topic, credentials);
}

const lazyHttp: HttpClient = {
  async get(url, request) {
    const { httpClient } = await import("./adapters/http.ts");
    return httpClient({ version }).get(url, request);
  },
};

const tempDirs = new Set<string>();

async function tempDir(parent: string): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(parent, "ingestor-")).catch((cause: unknown) => {
    throw new IngestorError("STORAGE", `Cannot make a temporary folder in "${parent}": ${reasonOf(cause)}`, {
      cause,
      hint: "--tmp DIR or TMPDIR names another place, one that can be written to",
    });
  });
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
  process.stderr.write(secrets.mask(bugText(error)));
  process.exit(70);
}

process.on("uncaughtException", dieOfBug);
process.on("unhandledRejection", dieOfBug);
// After a second signal nothing else is left to do it.
process.on("exit", () => tempDirs.forEach((path) => rmSync(path, { recursive: true, force: true })));

const shell = processShell(stopOnSignals(), secrets, openPorts);
const exitCode = await runCli(process.argv.slice(2), shell);
// Not left to the event loop: a plugin may have left a timer or a connection behind.
process.stderr.write("", () => process.exit(exitCode));
