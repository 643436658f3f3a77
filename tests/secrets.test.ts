import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ingestor } from "./support/binary.ts";
import { startDynalite, tablesAt } from "./support/dynamodb.ts";
import { dynamodbProxy } from "./support/dynamodb_proxy.ts";
import { tempFolder } from "./support/folder.ts";
import { startS3Server } from "./support/s3_server.ts";
import { startFauxqs, topicAt } from "./support/topic.ts";

setDefaultTimeout(60_000);

/** One for each place that a secret can stand in; none is a part of another. */
const canaries = {
  awsSecret: "canary/aws+secret=env",
  awsToken: "canary-aws-session-token",
  variable: "canary token&of variable",
  inPath: "canary-path-key",
  joined: "canary-joined-name",
  camel: "canary-camel|case",
  between: "canary-between-words",
  user: "canary-user",
  password: "canary%40password",
  header: "canary-header-bearer",
  cookie: "canary-cookie",
  loader: "canary/loader+secret",
  option: 'canary "option" password',
  query: "canary-query-signature",
  yaml: "canary-in-yaml",
  set: "canary-of-set",
};

/** As they are, and as they may be written elsewhere; of one in YAML, the eight characters of an escape say enough. */
const forms = [...Object.values(canaries), canaries.yaml.slice(0, 8)].flatMap((value) => [
  value,
  decodeURIComponent(value),
  encodeURIComponent(value),
  JSON.stringify(value).slice(1, -1),
  btoa(value),
]);

const plugin = `import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({
  name: "leaky",
  summary: "Tells all that it knows",
  options: v.strictObject({ password: v.string(), how: v.optional(v.string(), "publish") }),
  *parse({ url }, options, ctx) {
    const all = JSON.stringify([options, url, process.env]) + options.password + url + process.env.API_TOKEN;
    ctx.warn("a warning with " + all);
    if (options.how === "throw") throw new Error("an error with " + all, { cause: new Error("a cause with " + all) });
    if (options.how === "fail") ctx.guard.fail("a problem with " + all);
    if (options.how === "crash") setTimeout(() => { throw new TypeError("a crash with " + all); });
    yield { internal_series_code: "A_D", obs_time: "2026-01-01", value: 1, unit: "index", frequency: "D" };
    yield { internal_series_code: "A_D", obs_time: options.how === "reject" ? all : "2026-01-02", value: 2, unit: "index" };
  },
});
`;

const s3 = await startS3Server({
  credentials: [
    { accessKeyId: "AKIACANARY0", secretAccessKey: canaries.awsSecret },
    { accessKeyId: "AKIACANARY1", secretAccessKey: canaries.loader },
  ],
});
const source = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: ({ url }) => new Response("anything", { status: url.includes("/none") ? 404 : 200 }),
});
afterAll(async () => {
  await Promise.all([s3.stop(), source.stop(true)]);
});

const dataset = (path: string) => `dataset_id: leaky
frequency: D
source:
  kind: http
  url: http://${canaries.user}:${canaries.password}@127.0.0.1:${source.port}/${path}/\${PATH_KEY}/\${SECRETVALUE}/\${apiTokenValue}/\${API_KEY_NAME}/x?a=\${API_TOKEN}&sig=${canaries.query}
  retries: 0
  headers: { Authorization: "Bearer ${canaries.header}", X-Other: "\${API_TOKEN}", Cookie: ${canaries.cookie} }
parse: { plugin: leaky, password: '${canaries.option}' }
normalize: { plugin: series }
load:
  plugin: s3_versioned
  bucket: ${s3.bucket}
  endpoint_url: ${s3.endpoint}
  aws_access_key_id: AKIACANARY1
  aws_secret_access_key: ${canaries.loader}
state: { kind: s3, key: state/leaky.json }
lock: { kind: file, path: locks }
`;

const env = {
  AWS_ACCESS_KEY_ID: "AKIACANARY0",
  AWS_SECRET_ACCESS_KEY: canaries.awsSecret,
  API_TOKEN: canaries.variable,
  PATH_KEY: canaries.inPath,
  SECRETVALUE: canaries.joined,
  apiTokenValue: canaries.camel,
  API_KEY_NAME: canaries.between,
};

function world() {
  const cwd = tempFolder({
    "plugins/leaky.ts": plugin,
    "datasets/leaky.yaml": dataset("there"),
    "datasets/gone.yaml": dataset("none").replace("dataset_id: leaky", "dataset_id: gone"),
  });
  return { cwd, call: (...args: string[]) => ingestor(args, { cwd, env }) };
}

/** Everything that is left of a call: what it printed, and what it wrote into files and buckets. */
function remains(cwd: string, { stdout, stderr }: { stdout: string; stderr: string }): Record<string, string> {
  const files = readdirSync(cwd, { recursive: true, encoding: "utf8" })
    .filter((path) => !/^(plugins|datasets)\b/.test(path) && statSync(join(cwd, path)).isFile())
    .map((path) => [path, readFileSync(join(cwd, path), "utf8")] as const);
  const objects = [...s3.objects].map(([key, { body, headers }]) => [key, body + JSON.stringify(headers)] as const);
  return { stdout, stderr, ...Object.fromEntries(files), ...Object.fromEntries(objects) };
}

function leaksIn(texts: Record<string, string>): string[] {
  return Object.entries(texts).flatMap(([where, text]) =>
    forms.filter((form) => text.includes(form) || where.includes(form)).map((form) => `${form} in ${where}`),
  );
}

describe.each([
  ["text", []],
  ["text with all there is", ["-v"]],
  ["JSON reports", ["--json"]],
  ["a log of JSON", ["--log-format", "json", "-v"]],
  ["JSON everywhere", ["--log-format", "json", "--json"]],
])("as %s, nothing tells a secret of", (_, flags) => {
  test.each([
    ["a run that publishes", ["leaky"], 0, "warning with"],
    ["a run whose plugin throws", ["leaky", "--set", "parse.how=throw"], 1, "an error with"],
    ["a run with a problem in the layout", ["leaky", "--set", "parse.how=fail"], 1, "a problem with"],
    ["a run that rejects", ["leaky", "--set", "parse.how=reject"], 0, "warning with"],
    ["a run whose plugin crashes", ["leaky", "--set", "parse.how=crash"], undefined, "warning with"],
    ["a source that is not there", ["gone"], 1, "404"],
    ["a dataset that is wrong", ["leaky", "--set", "load.bucket=X"], 2, "load.bucket"],
    ["several datasets", ["leaky", "gone"], 1, "404"],
  ])("%s", async (__, args, exitCode, says) => {
    s3.objects.clear();
    const { cwd, call } = world();
    const ended = await call("run", ...args, ...flags);
    if (exitCode !== undefined) expect(ended.exitCode).toBe(exitCode);
    expect(ended.stdout + ended.stderr).toContain(says);
    expect(leaksIn(remains(cwd, ended))).toEqual([]);
  });
});

test("the report and the manifest in the store say where the source is, without the secrets in it", async () => {
  s3.objects.clear();
  const { call } = world();
  const { stdout } = await call("run", "leaky", "--json");
  const url = `http://127.0.0.1:${source.port}/there/***/***/***/***/x?a=***&sig=***`;
  const report = JSON.parse(stdout);
  expect(report.source.url).toBe(url);
  const kept = (key: string) => JSON.parse(s3.objects.get(`datasets/leaky/${key}`)?.body.toString() ?? "null");
  expect(kept(`versions/${report.version_id}/manifest.json`).source.url).toBe(url);
  expect(kept(`runs/${report.run_id}.json`)).toEqual(report);
  expect(report.warnings[0]).toContain("***");
});

test("what consumers are told has no secret in it", async () => {
  s3.objects.clear();
  const sns = await startFauxqs();
  const { arn, receive } = await topicAt(sns, { fifo: false });
  const cwd = tempFolder({ "plugins/leaky.ts": plugin, "datasets/leaky.yaml": dataset("there") });
  const told = { ...env, SNS_PROJECTION_TOPIC_ARN: arn, AWS_ENDPOINT_URL_SNS: sns };
  expect((await ingestor(["run", "leaky"], { cwd, env: told })).exitCode).toBe(0);
  const events = await receive();
  expect(events).toHaveLength(1);
  expect(leaksIn({ events: JSON.stringify(events) })).toEqual([]);
});

test("what the lock table is told, and keeps, has no secret in it", async () => {
  s3.objects.clear();
  const dynamodb = await startDynalite();
  const [tables, told] = [tablesAt(dynamodb), new Array<string>()];
  const proxy = dynamodbProxy(dynamodb, ({ body, forward }) => {
    told.push(JSON.stringify(body));
    return forward();
  });
  const table = await tables.create();
  const cwd = tempFolder({
    "plugins/leaky.ts": plugin,
    "datasets/leaky.yaml": dataset("there").replace(/^lock: .*/m, `lock: { kind: dynamodb, table_name: ${table} }`),
  });
  const ended = await ingestor(["run", "leaky"], { cwd, env: { ...env, AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint } });
  expect(ended.exitCode).toBe(0);
  expect(told.length).toBeGreaterThan(1);
  const item = await tables.item(table, "etl:leaky");
  expect(item).toBeDefined();
  expect(leaksIn({ told: told.join("\n"), item: JSON.stringify(item), ...remains(cwd, ended) })).toEqual([]);
});

/** The same for every command that reads dataset files, however it shows what is wrong. */
const readers = [
  ["run", "leaky"],
  ["run", "leaky", "--json", "-v"],
  ["run", "leaky", "--log-format", "json"],
  ["validate"],
  ["validate", "--json"],
  ["doctor", "leaky"],
  ["doctor", "leaky", "--json"],
  ["status", "leaky"],
  ["lock", "status", "leaky"],
].map((args) => [args.join(" "), args] as const);

describe.each([
  ["a tag", "!"],
  ["a tag that is written out", "!<"],
  ["a tag with a handle", "!e!"],
  ["an alias", "*"],
  ["the head of a block of text", "|"],
  ["an escape", '"\\U'],
])("a secret that YAML takes for %s", (_, begin) => {
  const literal = begin + canaries.yaml + (begin.startsWith('"') ? '"' : "");

  test.each(readers)("%s", async (__, args) => {
    s3.objects.clear();
    const files = {
      "a header": dataset("there").replace(/headers: .*/, `headers:\n    Cookie: ${literal}`),
      "a key": dataset("there").replace(canaries.loader, literal),
    };
    for (const text of Object.values(files)) {
      const cwd = tempFolder({ "plugins/leaky.ts": plugin, "datasets/leaky.yaml": text });
      const ended = await ingestor(args, { cwd, env });
      expect([1, 2]).toContain(ended.exitCode);
      expect(leaksIn(remains(cwd, ended))).toEqual([]);
    }
  });

  test("in --set", async () => {
    const { cwd, call } = world();
    const ended = await call("run", "leaky", "--set", `load.aws_secret_access_key=${literal}`);
    expect(ended.exitCode).toBe(2);
    expect(leaksIn(remains(cwd, ended))).toEqual([]);
  });
});

describe.each([
  ["a colon for the sign", ["--set", `load.aws_secret_access_key: ${canaries.set}`]],
  ["a colon before a sign", ["--set", `load.aws_secret_access_key:${canaries.set}==`]],
  ["a blank for the sign", ["--set", "load.aws_secret_access_key", canaries.set]],
  ["a blank within the argument", ["--set", `load.aws_secret_access_key ${canaries.set}=`]],
  ["blanks around the sign", ["--set", "load.aws_secret_access_key", "=", canaries.set]],
  ["a blank after the sign", ["--set", "load.aws_secret_access_key=", canaries.set]],
  ["no key", ["--set", "", canaries.set]],
  ["a key without name", ["--set", `=${canaries.set}`]],
  ["one --set for two", ["--set", "source.timeout=5", `load.aws_secret_access_key=${canaries.set}`]],
  ["a slip in the flag", ["--sett", "load.aws_secret_access_key", canaries.set]],
])("a --set with %s", (_, wrong) => {
  test.each(readers)("%s", async (__, args) => {
    s3.objects.clear();
    const { cwd, call } = world();
    const ended = await call(...args, ...wrong);
    const left = remains(cwd, ended);
    expect(leaksIn(left)).toEqual([]);
    expect(Object.keys(left)).toEqual(["stdout", "stderr"]);
    expect(ended.exitCode).toBe(2);
  });

  test("before the command", async () => {
    const { cwd, call } = world();
    const ended = await call(...wrong, "leaky");
    expect(ended.exitCode).toBe(2);
    expect(leaksIn(remains(cwd, ended))).toEqual([]);
  });
});

test.each([
  ["the doctor", ["doctor", "leaky"]],
  ["the doctor, of a source that is not there", ["doctor", "gone", "--json"]],
  ["the doctor, of all", ["doctor"]],
  ["validate", ["validate", "--set", "source.timeout=never"]],
  ["status", ["status", "leaky"]],
])("%s tells none either", async (_, args) => {
  const { cwd, call } = world();
  const ended = await call(...args);
  expect(ended.exitCode).toBeLessThan(3);
  expect(leaksIn(remains(cwd, ended))).toEqual([]);
});

test("observations are data: nothing in them is masked", async () => {
  const { call } = world();
  const local = ["--set", "load=null", "--set", "state=null", "--output", "-"];
  const shown = await ingestor(["run", "leaky", ...local], {
    cwd: tempFolder({ "plugins/leaky.ts": plugin, "datasets/leaky.yaml": dataset("there") }),
    env: { ...env, MY_TOKEN: "2026-01-01" },
  });
  expect(shown.stdout).toContain('"obs_time":"2026-01-01T00:00:00+00:00"');
  expect((await call("validate")).exitCode).toBe(0);
});
