import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { binary, ingestor } from "./support/binary.ts";
import { credentials, startDynalite, tablesAt } from "./support/dynamodb.ts";
import { tempFolder } from "./support/folder.ts";
import { startFauxqs, topicAt } from "./support/topic.ts";
import type { S3Kind } from "./support/s3_asked.ts";
import { s3Error, startS3Server } from "./support/s3_server.ts";

setDefaultTimeout(60_000);

const { accessKeyId, secretAccessKey } = await credentials.current();
const keys = { credentials: { accessKeyId, secretAccessKey } };
const s3 = await startS3Server(keys);
const careless = await startS3Server({ ...keys, ignoresConditions: true });
const dynamodb = await startDynalite();
const tables = tablesAt(dynamodb);
const sns = await startFauxqs();
const asked: string[] = [];
const source = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    if (pathname === "/none") return new Response("", { status: 404 });
    return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }));
  },
});
afterAll(async () => {
  await Promise.all([s3.stop(), careless.stop(), source.stop(true)]);
});
beforeEach(() => {
  for (const { objects, setFaults } of [s3, careless]) {
    objects.clear();
    setFaults(() => undefined);
  }
});

const dataset = (load: string, more = "") => `dataset_id: rates
frequency: D
source: { kind: http, url: "http://127.0.0.1:${source.port}/endless" }
parse: { plugin: lines }
normalize: { plugin: series }
load: ${load}
${more}`;

const onDisk = dataset("{ plugin: file_versioned }");
const onS3 = `{ plugin: s3_versioned, bucket: test-bucket, endpoint_url: "${s3.endpoint}" }`;
const onCareless = onS3.replace(s3.endpoint, careless.endpoint);
const parser = `import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({ name: "lines", summary: "s", options: v.strictObject({}), *parse() {} });
`;

function world(text: string, more: Record<string, string> = {}) {
  const cwd = tempFolder({ "plugins/lines.ts": parser, "datasets/rates.yaml": text, "tmp/keep": "" });
  const env = {
    TMPDIR: join(cwd, "tmp"),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SNS: sns,
    ...more,
  };
  const call = (...args: string[]) => ingestor(["doctor", ...args], { cwd, env });
  return {
    cwd,
    env,
    call,
    /** The status and the detail of everything that was looked at, by what it is. */
    async look(...args: string[]) {
      const { exitCode, stdout } = await call("rates", "--json", ...args);
      const found = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      return {
        exitCode,
        ...Object.fromEntries(found.map(({ what, status, detail, todo }) => [what, [status, detail, todo]])),
      };
    },
  };
}

test("of a dataset on S3 with a lock in DynamoDB, all is tried out and nothing is left behind", async () => {
  const table = await tables.create();
  const lock = `lock: { kind: dynamodb, table_name: ${table} }`;
  const w = world(dataset(onS3, `state: { kind: s3, key: state/rates.json }\n${lock}\n`));
  const { exitCode, stdout, stderr } = await w.call("rates");
  expect([exitCode, stderr]).toEqual([0, ""]);
  const host = new URL(s3.endpoint).host;
  const lines = stdout.split("\n").map((line) => line.replace(/ +/g, " "));
  // What is tried out at the same time comes in any order.
  expect([...lines.slice(1, 4), ...lines.slice(4, -3).toSorted(), ...lines.slice(-3)]).toEqual([
    `ok temporary folder ${w.cwd}/tmp can be written to`,
    "ok time zones known, with their rules",
    "ok dataset datasets/rates.yaml is valid: rates",
    ...[
      `ok clock as that of ${host}`,
      "ok credentials AWS_ACCESS_KEY_ID of the environment",
      `ok lock table "${table}" has the key lock_key (S)`,
      "ok store list s3://test-bucket/datasets/rates/ is empty",
      "ok store put s3://test-bucket takes objects",
      "ok store get what was written is read back",
      "ok store conditions If-None-Match and If-Match are enforced",
      "ok store delete what was written is gone",
      "ok state put s3://test-bucket takes objects",
      "ok state get what was written is read back",
      "ok state conditions If-None-Match and If-Match are enforced",
      "ok state delete what was written is gone",
      'ok lock dynamodb: can be taken and released; "etl:rates": nobody holds it',
      `ok source http: http://127.0.0.1:${source.port}/endless answers`,
    ].toSorted(),
    "",
    "all is well",
    "",
  ]);
  expect([...s3.objects.keys()]).toEqual([]);
  expect(readdirSync(join(w.cwd, "tmp"))).toEqual(["keep"]);
});

const refusing = (kinds: readonly S3Kind[]) =>
  s3.setFaults(({ kind }) => (kinds.includes(kind) ? { answer: s3Error(403, "AccessDenied") } : undefined));

test.each([
  ["ListObjectsV2", "store list", "fail", "s3:ListBucket", 1],
  ["PutObject", "store put", "fail", "s3:PutObject", 1],
  ["GetObject", "store get", "fail", "s3:GetObject", 1],
  ["DeleteObjects", "store delete", "warn", "s3:DeleteObject", 0],
] as const)(
  "a store that refuses %s is named by the right that it takes",
  async (kind, what, status, right, exitCode) => {
    refusing([kind]);
    const found = await world(dataset(onS3)).look();
    expect(found.exitCode).toBe(exitCode);
    const [was, detail, todo] = found[what] ?? [];
    expect(was).toBe(status);
    expect(detail).toContain(right);
    expect(todo).toBeString();
  },
);

test("a store that ignores conditions is a failure, and a warning where the dataset file takes it", async () => {
  const w = world(dataset(onCareless));
  const found = await w.look();
  expect(found.exitCode).toBe(1);
  expect(found["store conditions"]?.slice(0, 2)).toEqual([
    "fail",
    "If-None-Match and If-Match are ignored: two runs could undo each other unseen",
  ]);
  expect([...careless.objects.keys()]).toEqual([]);
  const taken = await w.look("--set", "load.unsafe_no_conditional_put=true");
  expect([taken.exitCode, taken["store conditions"]?.[0]]).toEqual([0, "warn"]);
});

test("a bucket that is not there, keys that are wrong, and a server that does not answer say what to do", async () => {
  const w = world(dataset(onS3));
  const noBucket = await w.look("--set", "load.bucket=other-bucket");
  expect(noBucket["store list"]).toEqual([
    "fail",
    'Cannot list "s3://other-bucket/datasets/rates/": there is no bucket "other-bucket"',
    "create it, or check bucket and endpoint",
  ]);
  const own = ["--set", "load.aws_access_key_id=AKIAWRONG", "--set", "load.aws_secret_access_key=wrong-secret"];
  const wrong = await w.look(...own);
  expect(wrong["credentials"]).toEqual(["ok", "load.aws_access_key_id of the dataset file", undefined]);
  expect(wrong["store put"]?.[1]).toContain("S3 does not know the access key");
});

test("a lock table that is not there, or has another key, is told of with how to make one", async () => {
  const lock = (name: string) => `lock={kind: dynamodb, table_name: ${name}}`;
  const w = world(dataset("{ plugin: file_versioned }"));
  const none = await w.look("--set", lock("no-such-table"));
  expect(none.exitCode).toBe(1);
  expect(none["lock table"]?.[1]).toContain('there is no table "no-such-table" in us-east-1');
  expect(none["lock table"]?.[2]).toContain("aws dynamodb create-table --table-name no-such-table");
  const other = await tables.create("id");
  expect((await w.look("--set", lock(other)))["lock table"]?.slice(0, 2)).toEqual([
    "fail",
    `"${other}" has the key id (S)`,
  ]);
});

test.each([false, true])("a topic is published to in vain, and nothing is announced; fifo: %p", async (fifo) => {
  const { arn, receive } = await topicAt(sns, { fifo });
  const there = await world(onDisk, { SNS_PROJECTION_TOPIC_ARN: arn }).look();
  expect([there.exitCode, there["topic"]]).toEqual([0, ["ok", `${arn} is there; it may be published to`, undefined]]);
  expect(await receive()).toEqual([]);

  const gone = arn.replace(":rates-", ":none-");
  const none = await world(onDisk, { SNS_PROJECTION_TOPIC_ARN: gone }).look();
  expect([none.exitCode, none["topic"]?.[0]]).toEqual([1, "fail"]);
  expect(none["topic"]?.[1]).toStartWith(`Cannot find the topic "${gone}": `);
  const local = await world(onDisk, { SNS_PROJECTION_TOPIC_ARN: arn }).look("--local", "tried");
  expect("topic" in local).toBe(false);
});

const snsError = (status: number, code: string, message = "no") =>
  new Response(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    { status },
  );
const snsAnswer = (action: string) => new Response(`<${action}Response><${action}Result/></${action}Response>`);
const denied = () => snsError(403, "AuthorizationError");
const given = () => snsAnswer("GetTopicAttributes");
const empty = () => snsError(400, "InvalidParameter", "Invalid parameter: Empty message");

test.each([
  ["nothing may be asked", denied, denied, 1, "fail", "Cannot publish to topic", "grant sns:Publish on arn:"],
  ["publishing is denied", given, denied, 1, "fail", "access is denied", "its own policy has to allow it too"],
  ["publishing is all that is granted", denied, empty, 0, "warn", "it may be published to, but", "nothing, if"],
  [
    "another thing is wrong",
    given,
    () => snsError(400, "InvalidParameter", "TopicArn"),
    1,
    "fail",
    "TopicArn",
    "check",
  ],
  ["the right was not reached", given, () => snsError(400, "ValidationError"), 0, "ok", "shows when a version", ""],
  ["a server takes it", given, () => snsAnswer("Publish"), 0, "warn", "took a message without content", ""],
] as const)(
  "of a topic it is told what is known: %s",
  async (_, attributes, publish, exitCode, status, detail, todo) => {
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => ((await request.text()).includes("Action=Publish") ? publish() : attributes()),
    });
    const topic = { SNS_PROJECTION_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:rates" };
    const found = await world(onDisk, { ...topic, AWS_ENDPOINT_URL_SNS: server.url.href }).look();
    await server.stop(true);
    expect([found.exitCode, found["topic"]?.[0]]).toEqual([exitCode, status]);
    expect(found["topic"]?.[1]).toContain(detail);
    expect(found["topic"]?.[2] ?? "").toContain(todo);
  },
);

/** Takes connections, and never answers. */
function startSilence(): string {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  afterAll(() => server.stop(true));
  return `http://127.0.0.1:${server.port}`;
}

const silence = startSilence();
const silent = {
  AWS_ENDPOINT_URL_S3: silence,
  AWS_ENDPOINT_URL_DYNAMODB: silence,
  AWS_ENDPOINT_URL_SNS: silence,
  SNS_PROJECTION_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:rates",
};
const onEnvironment = dataset(
  "{ plugin: s3_versioned, bucket: test-bucket }",
  "state: { kind: s3, key: state/rates.json }\nlock: { kind: dynamodb, table_name: locks }\n",
);

test("servers that never answer are failures, each with what to do", async () => {
  const { exitCode, ...found } = await world(onEnvironment, silent).look("--set", `source.url=${silence}/x`);
  expect(exitCode).toBe(1);
  for (const what of ["store list", "store put", "state put", "lock table", "lock", "topic", "source"]) {
    const [status, detail, todo] = found[what] ?? [];
    expect([what, status, typeof detail, typeof todo]).toEqual([what, "fail", "string", "string"]);
  }
  expect(found["store put"]?.[1]).toBe("nothing came of it within 20 s");
  expect(found["lock table"]?.[1]).toContain("DynamoDB in us-east-1 cannot be reached");
  expect(found["topic"]?.[1]).toContain("SNS cannot be reached");
  expect(found["source"]?.[2]).toContain("a run waits longer");
  expect(found["clock"]?.[0]).toBe("warn");
}, 120_000);

test.each([
  ["SIGTERM", 143, []],
  ["SIGINT", 130, ["--json", "--log-format", "json"]],
] as const)("%s ends it at once, with what is known by then", async (signal, exitCode, flags) => {
  const { cwd, env } = world(onEnvironment, silent);
  const child = Bun.spawn([await binary(), "doctor", "rates", ...flags], {
    cwd,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let stdout = "";
  for await (const chunk of child.stdout) {
    stdout += new TextDecoder().decode(chunk);
    if (stdout.includes("/endless answers")) child.kill(signal);
  }
  expect(await child.exited).toBe(exitCode);
  expect(stdout).not.toContain("nothing came of it");
  expect(await new Response(child.stderr).text()).toContain(`Cannot go on: stopped by ${signal}`);
});

test.each(["not-a-url", "localhost:8000"])(
  "endpoints such as %s are failures, and the rest is looked at",
  async (url) => {
    const { exitCode, ...found } = await world(onEnvironment, {
      ...silent,
      AWS_ENDPOINT_URL_S3: url,
      AWS_ENDPOINT_URL_DYNAMODB: url,
      AWS_ENDPOINT_URL_SNS: url,
    }).look();
    expect(exitCode).toBe(1);
    for (const [what, variable] of [
      ["store", "AWS_ENDPOINT_URL_S3"],
      ["state", "AWS_ENDPOINT_URL_S3"],
      ["lock table", "AWS_ENDPOINT_URL_DYNAMODB"],
      ["lock", "AWS_ENDPOINT_URL_DYNAMODB"],
      ["topic", "AWS_ENDPOINT_URL_SNS"],
    ] as const) {
      expect([what, found[what]?.[0]]).toEqual([what, "fail"]);
      expect(found[what]?.[2]).toContain(variable);
    }
    expect([found["clock"]?.[0], found["source"]?.[0]]).toEqual(["warn", "ok"]);
  },
);

test("only the first bytes of a source are fetched, and once", async () => {
  const w = world(dataset("{ plugin: file_versioned }"));
  asked.length = 0;
  expect((await w.look())["source"]?.[0]).toBe("ok");
  expect(asked).toEqual(["HEAD /", "GET /endless"]);
  const gone = await w.look("--set", `source.url=http://127.0.0.1:${source.port}/none`);
  expect([gone.exitCode, gone["source"]]).toEqual([
    1,
    ["fail", `Cannot fetch "http://127.0.0.1:${source.port}/none": 404 Not Found`, "check source.url"],
  ]);
  const file = await w.look("--set", "source={kind: file, path: nothing.txt}");
  expect(file["source"]?.[1]).toEndWith('nothing.txt": there is no such file');
});

test("a clock that is far from the server's is a failure, and one that it does not tell is none", async () => {
  const late = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response("x", { headers: { date: new Date(Date.now() - 3_600_000).toUTCString() } }),
  });
  const w = world(dataset("{ plugin: file_versioned }"));
  const url = `source.url=http://127.0.0.1:${late.port}/x`;
  const found = await w.look("--set", url);
  await late.stop(true);
  expect([found.exitCode, found["clock"]?.[0]]).toEqual([1, "fail"]);
  expect(found["clock"]?.[1]).toMatch(/^3[56]\d\d s from that of 127\.0\.0\.1:\d+$/);
  const silent = await w.look("--set", url);
  expect([silent["clock"]?.[0], silent["source"]?.[0]]).toEqual(["warn", "fail"]);
});

test("a store in a folder is tried out too, with its lock", async () => {
  const w = world(dataset("{ plugin: file_versioned }", "lock: { kind: file }\n"));
  const found = await w.look();
  expect(found.exitCode).toBe(0);
  expect(found["store conditions"]).toEqual(["ok", "If-None-Match and If-Match are enforced", undefined]);
  expect(found["lock"]?.[1]).toStartWith("file: can be taken and released");
  expect(existsSync(join(w.cwd, "data/datasets"))).toBe(false);
});

test.skipIf(process.getuid?.() === 0)("a folder that may not be written to is a failure", async () => {
  const w = world(dataset("{ plugin: file_versioned, root: ./fixed }"));
  mkdirSync(join(w.cwd, "fixed"));
  chmodSync(join(w.cwd, "fixed"), 0o500);
  expect((await w.look())["store put"]?.[0]).toBe("fail");
});

test("without a dataset, the machine and every file of the folder", async () => {
  const w = world(dataset(onS3));
  await Bun.write(join(w.cwd, "datasets/wrong.yaml"), "dataset_id: wrong\n");
  const { exitCode, stdout } = await w.call();
  expect(exitCode).toBe(1);
  expect(stdout).toContain("ok    dataset           datasets/rates.yaml is valid: rates\n");
  expect(stdout).toContain('FAIL  dataset           Cannot read dataset "datasets/wrong.yaml"');
  expect(stdout).toContain("      to do: ingestor validate datasets/wrong.yaml\n");
  expect(stdout).toEndWith("\n1 failed, 0 to look at\n");
  const unknown = await w.call("rate");
  expect(unknown.exitCode).toBe(1);
  expect(unknown.stdout).toContain('did you mean "rates"?');
  expect((await w.call("--tmp", "x")).exitCode).toBe(2);
});

test("a temporary folder that is not there is a failure", async () => {
  const cwd = tempFolder({ "datasets/x.txt": "" });
  const { exitCode, stdout } = await ingestor(["doctor"], { cwd, env: { TMPDIR: join(cwd, "none") } });
  expect(exitCode).toBe(1);
  expect(stdout).toContain("FAIL  temporary folder  Cannot make a temporary folder");
});
