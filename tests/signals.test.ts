import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { afterAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";
import { reportsIn, startIngestor } from "./support/process.ts";
import { s3Error, startS3Server, testKeys, type S3Fault, type S3Faults } from "./support/s3_server.ts";

setDefaultTimeout(30_000);

const head = `import { defineNormalizer, defineParser, defineTransformer, series } from "ingestor";
import * as v from "valibot";
const named = (name) => ({ name, summary: "s", options: v.strictObject({}) });
const point = (n) => ({ internal_series_code: "A_D", obs_time: new Date(86_400_000 * n).toISOString().slice(0, 10), value: n, unit: "index" });
const say = () => process.stderr.write("at work\\n");
`;

const plugins = {
  "plugins/quick.ts": `${head}export default defineParser({ ...named("quick"), *parse() { for (let n = 0; n < 200; n++) yield point(n); } });`,
  "plugins/waits.ts": `${head}export default defineParser({ ...named("waits"), async *parse() {
    say();
    for (let n = 0; ; n++) { yield point(n % 9000); if (n % 4096 === 0) await Bun.sleep(20); }
  } });`,
  "plugins/never_waits.ts": `${head}export default defineParser({ ...named("never_waits"), *parse() {
    say();
    for (let n = 0; ; n++) yield point(n % 9000);
  } });`,
  "plugins/deaf.ts": `${head}export default defineParser({ ...named("deaf"), async *parse() { say(); await Bun.sleep(60_000); } });`,
  "plugins/slow_normalizer.ts": `${head}export default defineNormalizer({ ...named("slow_normalizer"), normalize() {
    say();
    return () => { Bun.sleepSync(0.05); return undefined; };
  } });`,
  "plugins/slow_transformer.ts": `${head}export default defineTransformer({ ...named("slow_transformer"), async *transform(batches) {
    say();
    for await (const batch of batches) { await Bun.sleep(50); yield batch.slice(0, 1); }
  } });`,
};

const s3 = await startS3Server();
/** Answers with a byte a second, and says so when it is asked. */
let asked: () => void = () => {};
const source = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 60,
  fetch() {
    asked();
    return new Response(
      new ReadableStream({
        async pull(controller) {
          controller.enqueue(new Uint8Array([65]));
          await Bun.sleep(1000);
        },
      }),
    );
  },
});
/** A table whose items can be taken; it never answers where they are to be given back. */
const table = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 60,
  async fetch(request) {
    const { ConditionExpression } = (await request.json()) as { ConditionExpression: string };
    if (ConditionExpression.startsWith("#owner")) await Bun.sleep(600_000);
    const expiration_time = { N: String(Math.floor(Date.now() / 1000) + 300) };
    return Response.json({ Attributes: { token: { N: "1" }, expiration_time } });
  },
});
afterAll(async () => {
  await Promise.all([s3.stop(), source.stop(true), table.stop(true)]);
});
beforeEach(() => {
  s3.objects.clear();
  s3.setFaults(() => undefined);
});

const dataset = (id: string) => `dataset_id: ${id}
frequency: D
source: { kind: file, path: source.txt }
parse: { plugin: quick }
normalize: { plugin: series }
transform: []
load: { plugin: s3_versioned, bucket: ${s3.bucket}, endpoint_url: "${s3.endpoint}" }
state: { kind: s3, key: state/${id}.json }
lock: { kind: file, path: locks }
`;

const ids = ["a", "b", "c", "d"];
const env = { AWS_ACCESS_KEY_ID: testKeys.accessKeyId, AWS_SECRET_ACCESS_KEY: testKeys.secretAccessKey };

function world() {
  const files = ids.map((id) => [`datasets/${id}.yaml`, dataset(id)] as const);
  const cwd = tempFolder({ ...plugins, "datasets/source.txt": "x", "tmp/keep": "", ...Object.fromEntries(files) });

  async function start(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
    const started = { cwd, env: { ...env, TMPDIR: join(cwd, "tmp"), ...more } };
    const { child, says, ended } = await startIngestor(["run", ...args, "--json"], started);
    return {
      child,
      says,
      async ended() {
        const { exitCode, stdout } = await ended();
        return { exitCode, reports: reportsIn(stdout) };
      },
    };
  }

  return {
    start,
    temporary: () => readdirSync(join(cwd, "tmp")),
    /** Who holds each lock, by the notes that a run changes when it gives one back. */
    notedHolders: () =>
      [...new Glob("**/*.lock").scanSync({ cwd, absolute: true })].map(
        (path) => JSON.parse(readFileSync(path, "utf8")).holder,
      ),
    call: (...args: string[]) => ingestor(args, { cwd, env }),
    async locks() {
      const found = await Promise.all(ids.map((id) => ingestor(["lock", "status", id], { cwd, env })));
      return found.map(({ stdout }) => stdout).filter((text) => !text.endsWith("nobody holds the lock\n"));
    },
  };
}

const published = () => [...s3.objects.keys()].filter((key) => key.endsWith("/current_version.txt"));
const hasState = () => [...s3.objects.keys()].some((key) => key.startsWith("state/"));

/** Waits long with the answer to puts of these keys. Settles when the first has come. */
function slowPuts(pattern: RegExp, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const faults: S3Faults = ({ kind, key }) => {
      if (kind !== "PutObject" || !pattern.test(key)) return undefined;
      resolve();
      return { delayMs };
    };
    s3.setFaults(faults);
  });
}

const stages: [stage: string, set: string[]][] = [
  ["extract", [`source={kind: http, url: "http://127.0.0.1:${source.port}/x"}`]],
  ["parse", ["parse.plugin=waits"]],
  ["a parser that never waits", ["parse.plugin=never_waits"]],
  ["a parser that hears nothing", ["parse.plugin=deaf"]],
  ["normalize", ["parse.plugin=waits", "normalize={plugin: slow_normalizer}"]],
  ["transform", ["parse.plugin=waits", "transform=[{plugin: slow_transformer}]"]],
];

test.each([
  ...stages.map((stage) => [...stage, "SIGTERM", 143] as const),
  ...stages.slice(1, 4).map((stage) => [...stage, "SIGINT", 130] as const),
])("in %s, %j: %s stops the run, and nothing is left of it but its report", async (stage, set, signal, exitCode) => {
  const w = world();
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const run = await w.start(["a", ...set.flatMap((change) => ["--set", change])]);
  await (stage === "extract" ? isAsked : run.says("at work"));
  await Bun.sleep(100);
  const began = Date.now();
  run.child.kill(signal);
  const ended = await run.ended();
  expect(Date.now() - began).toBeLessThan(3000);
  expect(ended).toMatchObject({ exitCode, reports: [{ dataset_id: "a", status: "stopped", version_id: null }] });
  expect([...s3.objects.keys()]).toEqual([`datasets/a/runs/${ended.reports[0].run_id}.json`]);
  expect([w.temporary(), await w.locks()]).toEqual([["keep"], []]);
});

test.each([
  ["data files are written", /\/versions\/.*\/data\//, 0],
  ["the manifest is written", /\/manifest\.json$/, 0],
  ["the pointer is put", /current_version\.txt$/, 1],
  ["projections are written", /\/projections\//, 1],
])("while %s to a slow store, SIGTERM leaves the old version or the new one", async (_, pattern, versions) => {
  const w = world();
  const slow = slowPuts(pattern, 500);
  const run = await w.start(["a"]);
  await slow;
  run.child.kill("SIGTERM");
  const { exitCode, reports } = await run.ended();
  expect(exitCode).toBe(143);
  expect(reports).toMatchObject([{ status: "stopped" }]);
  expect(reports[0].version_id !== null).toBe(versions === 1);
  expect(published()).toHaveLength(versions);
  expect([hasState(), w.temporary(), await w.locks()]).toEqual([false, ["keep"], []]);

  s3.setFaults(() => undefined);
  const next = await w.call("run", "a", "--json");
  expect(JSON.parse(next.stdout)).toMatchObject({ status: versions === 1 ? "unchanged" : "published" });
  expect((await w.call("verify", "a")).exitCode).toBe(0);
});

const never: S3Fault = { delayMs: 600_000 };
const throttled: S3Fault = { answer: s3Error(503, "SlowDown", { headers: { "retry-after": "50" } }) };

/** From the first of these requests on, all meet the fault. Settles when that has come. */
function failsFrom(first: RegExp, fault: S3Fault): Promise<void> {
  return new Promise((resolve) => {
    let failing = false;
    s3.setFaults(({ kind, key }) => {
      failing ||= first.test(`${kind} ${key}`);
      if (failing) resolve();
      return failing ? fault : undefined;
    });
  });
}

test.each([
  ["does not answer when it is read", /^GetObject/, never],
  ["does not answer when a data file is put", /^PutObject .*\/data\//, never],
  ["does not answer when the pointer is put", /^PutObject .*current_version/, never],
  ["wants to be left alone for 50 seconds when it is read", /^GetObject/, throttled],
  ["wants to be left alone for 50 seconds when a data file is put", /^PutObject .*\/data\//, throttled],
  ["wants to be left alone for 50 seconds when the pointer is put", /^PutObject .*current_version/, throttled],
])("of a store that %s, a run ends in time after SIGTERM", async (_, first, fault) => {
  const w = world();
  const fails = failsFrom(first, fault);
  const run = await w.start(["a"]);
  await fails;
  await Bun.sleep(100);
  const began = Date.now();
  run.child.kill("SIGTERM");
  const { exitCode, reports } = await run.ended();
  expect(Date.now() - began).toBeLessThan(15_000);
  expect(exitCode).toBe(143);
  expect(reports).toMatchObject([{ status: "stopped", version_id: null, error: { code: "STOPPED" } }]);
  expect([published(), w.notedHolders(), await w.locks(), w.temporary()]).toEqual([[], [null], [], ["keep"]]);
});

test("of a table that does not answer when the lock is given back, a run ends in time after SIGTERM", async () => {
  const w = world();
  const lock = "lock={kind: dynamodb, table_name: locks, region_name: us-east-1}";
  const slow = slowPuts(/\/data\//, 300);
  const run = await w.start(["a", "--set", lock], { AWS_ENDPOINT_URL_DYNAMODB: table.url.href });
  await slow;
  const began = Date.now();
  run.child.kill("SIGTERM");
  const { exitCode, reports } = await run.ended();
  expect(Date.now() - began).toBeLessThan(15_000);
  expect(exitCode).toBe(143);
  expect(reports).toMatchObject([{ status: "stopped", version_id: null }]);
  expect(reports[0].warnings).toEqual(['Cannot release the lock of "a": Cannot go on: stopped by SIGTERM']);
});

test("a second signal does not wait for a store that hangs", async () => {
  const w = world();
  const slow = slowPuts(/\/data\//, 60_000);
  const { child } = await w.start(["b"]);
  await slow;
  child.kill("SIGTERM");
  await Bun.sleep(200);
  expect(child.exitCode).toBeNull();
  child.kill("SIGINT");
  expect(await child.exited).toBe(130);
  expect([published(), w.temporary(), await w.locks()]).toEqual([[], ["keep"], []]);
});

test("of several datasets at once, those under way stop, and those after them do not begin", async () => {
  const w = world();
  const slow = slowPuts(/datasets\/c\/versions\/.*\/data\//, 300);
  const run = await w.start(["--all", "--concurrency", "3", "--set", "transform=[]"]);
  await slow;
  run.child.kill("SIGTERM");
  const { exitCode, reports } = await run.ended();
  expect(exitCode).toBe(143);
  const byId = new Map(reports.map((report) => [report.dataset_id, report]));
  expect(byId.get("c")).toMatchObject({ status: "stopped", version_id: null });
  for (const key of published()) {
    const id = key.split("/")[1] ?? "";
    expect(byId.get(id)?.version_id).toBe(s3.objects.get(key)?.body.toString() ?? "none");
  }
  expect([w.temporary(), await w.locks()]).toEqual([["keep"], []]);
  s3.setFaults(() => undefined);
  expect((await w.call("run", "--all")).exitCode).toBe(0);
  for (const id of ids) expect((await w.call("verify", id)).exitCode).toBe(0);
});
