import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { ingestor } from "./support/binary.ts";
import { bucketIn, envOf, openClouds, type Cloud } from "./support/clouds.ts";
import { tablesAt } from "./support/dynamodb.ts";
import { tempFolder } from "./support/folder.ts";
import { reportsIn, startIngestor } from "./support/process.ts";
import { topicAt } from "./support/topic.ts";

// A lease of a few seconds has to end.
setDefaultTimeout(90_000);

/** Waits, where it is told to, until there is a file called `go`. */
const plugins = `import { existsSync } from "node:fs";
import { defineNormalizer, defineParser, defineTransformer } from "ingestor";
import * as v from "valibot";
const named = { name: "slow", summary: "Waits", options: v.strictObject({ timezone: v.optional(v.string()), months: v.optional(v.number(), 1), value: v.optional(v.number(), 1), waits: v.optional(v.boolean(), false), fails: v.optional(v.boolean(), false) }) };
const wait = async (signal) => {
  process.stderr.write("at work\\n");
  while (!existsSync("go")) { await Bun.sleep(20); signal.throwIfAborted(); }
};
const month = (n) => new Date(Date.UTC(1900, n, 1)).toISOString().slice(0, 10);
export default [
  defineParser({ ...named, async *parse(_, { months, value, waits, fails }, { signal }) {
    if (waits) await wait(signal);
    if (fails) throw new Error("no such thing");
    for (let n = 0; n < months; n++) yield { internal_series_code: "A_D", obs_time: month(n), value, unit: "index", frequency: "M" };
  } }),
  defineNormalizer({ ...named, normalize() {
    process.stderr.write("at work\\n");
    let seen = 0;
    return ({ obs_time, ...point }) => { if (seen++ % 64 === 0) Bun.sleepSync(10); return { ...point, obs_time: obs_time + "T00:00:00+00:00" }; };
  } }),
  defineTransformer({ ...named, async *transform(batches, _, { signal }) {
    for await (const batch of batches) { await wait(signal); yield batch; }
  } }),
];
`;

/** Answers nothing. */
const silent = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, fetch: () => new Promise(() => {}) });

const withReports = <T extends { stdout: string }>(ended: T) => ({ ...ended, reports: reportsIn(ended.stdout) });

async function world(cloud: Cloud, timeout = 60) {
  const [bucket, table, topic] = await Promise.all([
    bucketIn(cloud),
    tablesAt(cloud.dynamodb).create(),
    topicAt(cloud.messages, { fifo: false }),
  ]);
  const dataset = (id: string, options = "{}") => `dataset_id: ${id}
source: { kind: file, path: source.txt }
parse: { plugin: slow }
parse_config: ${options}
normalize: { plugin: series }
load: { plugin: s3_versioned, bucket: ${bucket.name} }
state: { kind: s3, key: state/${id}.json }
lock: { kind: dynamodb, table_name: ${table}, timeout_seconds: ${timeout} }
`;
  const cwd = tempFolder({
    "plugins/slow.ts": plugins,
    "datasets/source.txt": "x",
    "datasets/rates.yaml": dataset("rates"),
    "datasets/fails.yaml": dataset("fails", "{ fails: true }"),
    "datasets/other.yaml": dataset("other"),
  });
  const env = { ...envOf(cloud), SNS_PROJECTION_TOPIC_ARN: topic.arn };

  async function start(...args: string[]) {
    const { child, says, ended } = await startIngestor(["run", ...args, "--json"], { cwd, env });
    return { child, says, ended: async () => withReports(await ended()) };
  }

  return {
    start,
    run: async (...args: string[]) => (await start(...args)).ended(),
    goOn: () => writeFileSync(join(cwd, "go"), ""),
    current: (id = "rates") => bucket.text(`datasets/${id}/index/current_version.txt`),
    verified: async (id = "rates") => (await ingestor(["verify", id, "--all"], { cwd, env })).exitCode === 0,
    lock: async () => (await ingestor(["lock", "status", "rates"], { cwd, env })).stdout,
    told: async () => (await topic.receive()).map(({ subject }) => subject).toSorted(),
  };
}

const free = "rates: nobody holds the lock\n";
const waits = ["--set", "parse_config={waits: true, value: 7}"];

describe.each(await openClouds())("unattended, with the servers %s", (_, cloud) => {
  test("of two processes one publishes, and the other says who is at work", async () => {
    const w = await world(cloud);
    const first = await w.start("rates", ...waits);
    await first.says("at work");
    expect(await w.run("rates")).toMatchObject({ exitCode: 3, reports: [{ status: "busy", version_id: null }] });
    w.goOn();
    const { exitCode, reports } = await first.ended();
    expect([exitCode, reports[0].status, reports[0].version_id]).toEqual([0, "published", await w.current()]);
    expect([await w.told(), await w.lock(), await w.verified()]).toEqual([["projection_update:rates"], free, true]);
  });

  test("a holder that was stopped past its lease does not publish when it wakes up", async () => {
    const w = await world(cloud, 5);
    const first = await w.start("rates", ...waits);
    await first.says("at work");
    first.child.kill("SIGSTOP");
    const second = await w.run("rates", "--wait", "60s");
    expect(second).toMatchObject({ exitCode: 0, reports: [{ status: "published" }] });
    w.goOn();
    first.child.kill("SIGCONT");
    const woken = await first.ended();
    expect(woken).toMatchObject({ exitCode: 5, reports: [{ status: "failed", version_id: null }] });
    expect(await w.current()).toBe(second.reports[0].version_id);
    expect([await w.told(), await w.lock(), await w.verified()]).toEqual([["projection_update:rates"], free, true]);
  });

  test.each([
    ["extract", [`source={kind: http, url: "${silent.url.href}"}`], undefined],
    ["parse", ["parse_config={waits: true}"], "at work"],
    ["normalize", ["normalize={plugin: slow}", "parse_config={months: 20000}"], "at work"],
    ["transform", ["transform={plugin: slow}"], "at work"],
    ["load", ["parse_config={months: 1500}"], "normalize"],
  ])("SIGTERM during %s stops the run, and the next one does its work", async (stage, sets, sign) => {
    const w = await world(cloud);
    const run = await w.start("rates", ...sets.flatMap((set) => ["--set", set]));
    await (sign === undefined ? Bun.sleep(500) : run.says(sign));
    run.child.kill("SIGTERM");
    const { exitCode, reports } = await run.ended();
    expect({ stage, exitCode, reports }).toMatchObject({ exitCode: 143, reports: [{ status: "stopped" }] });
    expect((await w.current()) ?? null).toBe(reports[0].version_id);
    expect(await w.lock()).toBe(free);
    expect((await w.run("rates")).exitCode).toBe(0);
    expect(await w.verified()).toBe(true);
  });

  test("of three datasets one fails, and the others are published and told of", async () => {
    const w = await world(cloud);
    const { exitCode, reports } = await w.run("--all", "--concurrency", "2");
    expect(exitCode).toBe(1);
    const found = Object.fromEntries(reports.map(({ dataset_id, status }) => [dataset_id, status]));
    expect(found).toEqual({ rates: "published", fails: "failed", other: "published" });
    expect(await w.told()).toEqual(["projection_update:other", "projection_update:rates"]);
    expect([await w.current("fails"), await w.verified("rates"), await w.verified("other")]).toEqual([
      undefined,
      true,
      true,
    ]);
  });
});
