import { hostname, tmpdir } from "node:os";
import { setTimeout } from "node:timers/promises";
import type { AwsCredentials } from "./adapters/aws_credentials.ts";
import { tempFolders } from "./adapters/temp_folders.ts";
import { bugText } from "./cli/errors.ts";
import { runCli } from "./cli/root.ts";
import { processShell, type PortRequest } from "./cli/shell.ts";
import { stopOnSignals } from "./cli/signals.ts";
import { openStrays } from "./cli/strays.ts";
import { version } from "./cli/version.ts";
import { topicIn } from "./config/topic.ts";
import { openGrace, type Grace } from "./core/grace.ts";
import { hurriedLock } from "./core/hurried_lock.ts";
import { openSecrets, secretsIn } from "./core/secrets.ts";
import type { HttpClient, Notifier, ObjectStore, Sleep, StoreLocation } from "./core/ports.ts";
import type { RunPorts } from "./run/ports.ts";

const secrets = openSecrets();
secretsIn(process.env).forEach(secrets.add);

const stop = stopOnSignals();
const strays = openStrays();
const folders = tempFolders();
/** Longer than what ends in order takes when nothing answers. */
const patienceMs = 15_000;

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
  const grace = openGrace(request.signal);
  const openLock = lockOpener({ ...clock, sleep }, credentials);
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
          return s3Store(location, { credentials, sleep, grace });
      }
    },
    openLock: (settings) => hurriedLock(openLock(settings), grace),
    notifier: await openNotifier(credentials, grace),
    tempDir: () => folders.make(request.tmp ?? tmpdir()),
    strays: strays.listen,
    toolVersion: version,
    mask: secrets.mask,
    owner: `${hostname()}:${process.pid}`,
  };
}

async function openNotifier(credentials: AwsCredentials, grace: Grace): Promise<Notifier | undefined> {
  const topic = topicIn(process.env);
  if (topic === undefined) return undefined;
  const { snsNotifier } = await import("./adapters/sns.ts");
  return snsNotifier(topic, credentials, grace);
}

const lazyHttp: HttpClient = {
  async get(url, request) {
    const { httpClient } = await import("./adapters/http.ts");
    return httpClient({ version }).get(url, request);
  },
};

/** Ends the program in order, so that no lock is kept; at once where it does not come to an end. */
function dieOfBug(error: unknown): void {
  if (strays.isTaken(error)) return;
  stop.fail(error);
  globalThis
    .setTimeout(() => {
      process.stderr.write(secrets.mask(bugText(error)));
      process.exit(70);
    }, patienceMs)
    .unref();
}

process.on("uncaughtException", dieOfBug);
process.on("unhandledRejection", dieOfBug);
process.on("exit", (code) => {
  // After a second signal nothing else is left to do it.
  folders.removeAll();
  if (isDone || stop.exitCode() !== undefined || code !== 0) return;
  process.stderr.write("Cannot go on: something ended the program from within, as a plugin that calls process.exit\n");
  process.exitCode = 1;
});

let isDone = false;
const exitCode = await runCli(process.argv.slice(2), processShell(stop, secrets, openPorts));
isDone = true;
// Not left to the event loop: a plugin may have left a timer or a connection behind.
process.stderr.write("", () => process.exit(exitCode));
