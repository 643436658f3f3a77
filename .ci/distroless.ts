import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "bun:test";
import { startFauxqs, topicAt } from "../tests/support/topic.ts";
import { bcraWorkbook } from "../tests/support/bcra_workbook.ts";
import { bucketIn, envOf, type Cloud } from "../tests/support/clouds.ts";
import { startDynalite, tablesAt } from "../tests/support/dynamodb.ts";
import { finalStage } from "../tests/support/dockerfile.ts";
import { startS3Server, testKeys } from "../tests/support/s3_server.ts";

// .ci/distroless.sh makes the root folder, and runs this file.
const root = process.env["DISTROLESS_ROOT"] ?? "";
const tmp = process.env["DISTROLESS_TMP"] ?? "";
const image = finalStage(await Bun.file("Dockerfile").text());
/** The memory of the smallest task of Fargate. */
const megabytes = 512;

/** Enters the root folder as the image's user, with nothing writable but /tmp, and becomes the program. */
const enter = `set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount --bind "$2" "$1/tmp"
mount -t proc -o nosuid,nodev,noexec proc "$1/proc"
root=$1 user=\${3%:*} group=\${3#*:} folder=$4
shift 4
exec setpriv --no-new-privs --clear-groups unshare --root="$root" --wd="$folder" --setgid "$group" --setuid "$user" "$@"`;

interface Limit {
  name: string;
  /** Comes before a command, which it becomes. */
  command: readonly string[];
  env: Record<string, string>;
}

const limit = cgroupLimit() ?? dataLimit();
console.log(`limited to ${megabytes} MB ${limit.name}`);

/** As container engines do it, where this machine lets us: a version 2 hierarchy that counts memory. */
function cgroupLimit(): Limit | undefined {
  const top = "/sys/fs/cgroup";
  const controllers = join(top, "cgroup.subtree_control");
  if (!existsSync(controllers) || !readFileSync(controllers, "utf8").split(/\s+/).includes("memory")) return undefined;
  const group = join(top, `ingestor-distroless-${process.pid}`);
  try {
    mkdirSync(group);
    afterAll(() => rmdirSync(group));
    writeFileSync(join(group, "memory.max"), String(megabytes * 2 ** 20));
    // A kernel that does not count swap has no such file.
    const swap = join(group, "memory.swap.max");
    if (existsSync(swap)) writeFileSync(swap, "0");
  } catch (error) {
    console.log(`without a cgroup: ${String(error)}`);
    return undefined;
  }
  const enterGroup = 'echo $$ >"$0" && exec "$@"';
  return { name: "by a cgroup", command: ["sh", "-c", enterGroup, join(group, "cgroup.procs")], env: {} };
}

/**
 * The kernel's limit on private writable memory counts what is only reserved, too: some 280 MB of the runtime's, beside
 * the pool for compiled code, which is a gigabyte unless it is told otherwise. What is left is less than the task has.
 */
function dataLimit(): Limit {
  const pool = 64;
  const data = megabytes + 2 * pool;
  return {
    name: `by RLIMIT_DATA, at ${data} MB with what is only reserved`,
    command: ["prlimit", `--data=${data * 2 ** 20}`, "--core=0"],
    env: { BUN_JSC_jitMemoryReservationSize: String(pool * 2 ** 20) },
  };
}

interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
  peakMb: number;
}

/** Nothing of this process's environment reaches the program. */
async function contained(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const given = Object.entries({ PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...image.env, ...limit.env, ...env });
  const command = ["unshare", "--mount", "sh", "-c", enter, "enter", root, tmp, image.user, image.workdir];
  const child = Bun.spawn([...limit.command, ...command, ...image.entrypoint, ...args], {
    env: Object.fromEntries(given),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  // Every program on the way replaces the one before it: this is one process, and its peak.
  return { exitCode, stdout, stderr, peakMb: (child.resourceUsage()?.maxRSS ?? Infinity) / 2 ** 20 };
}

const bcra = "bcra_infomondia_series";
const real = resolve("../shared/data/bcra/workbook/series_A.xlsm");
const book = existsSync(real) ? Bun.file(real) : await bcraWorkbook(6_000);
const served = { port: 0, hostname: "127.0.0.1" };
const source = Bun.serve({ ...served, fetch: () => new Response(book) });
afterAll(() => source.stop(true));
const fromHere = ["--set", `source.url=http://127.0.0.1:${source.port}/series.xlsm`];

const statusOf = ({ stdout }: Ended): unknown => JSON.parse(stdout).status;

test("the root folder holds the program and the dynamic linker's tools, but no shell", () => {
  const programs = ["bin", "sbin", "local/bin"].flatMap((folder) => {
    return existsSync(join(root, "usr", folder)) ? readdirSync(join(root, "usr", folder)) : [];
  });
  expect(programs).toContain("ingestor");
  expect(programs.filter((name) => /sh$|^(busybox|perl|python|apt|dpkg)/.test(name))).toEqual([]);
});

test(`a program that takes 600 MB dies of a limit of ${megabytes} MB, and of nothing else`, async () => {
  const script =
    "const held = []; while (held.length < 60) held.push(Buffer.alloc(10 * 2 ** 20, 1)); console.log('held');";
  const take = async (command: readonly string[]) => {
    const env = { ...process.env, ...limit.env };
    const child = Bun.spawn([...command, process.execPath, "-e", script], { env, stdout: "pipe", stderr: "ignore" });
    return { held: (await new Response(child.stdout).text()).trim(), isDead: (await child.exited) !== 0 };
  };
  expect(await take([])).toEqual({ held: "held", isDead: false });
  expect(await take(limit.command)).toEqual({ held: "", isDead: true });
});

test("--version", async () => {
  const ended = await contained(["--version"]);
  expect(ended).toMatchObject({ exitCode: 0, stderr: "", stdout: expect.stringMatching(/^ingestor \d/) });
});

test("every dataset of the image is valid", async () => {
  const bucket = { INGESTOR_BUCKET: "test-bucket" };
  const ended = await contained(["validate"], bucket);
  expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+ datasets? valid$/m) });
});

test("nothing but /tmp can be written to, and a run says so", async () => {
  const load = ["--set", "load={plugin: file_versioned, root: ./data}", "--set", "state=null"];
  const ended = await contained(["example", ...load]);
  expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("EROFS") });
  const tmp = await contained(["example", ...load, "--tmp", "/app"]);
  expect(tmp).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('temporary folder in "/app"') });
});

test("a dataset runs by its id, by DATASET_ID, and finds nothing new the second time", async () => {
  const first = await contained(["example", "--local", "/tmp/x", "--json"]);
  expect([first.exitCode, statusOf(first)]).toEqual([0, "published"]);
  const second = await contained(["run", "--local", "/tmp/x", "--json"], { DATASET_ID: "example" });
  expect([second.exitCode, statusOf(second)]).toEqual([0, "unchanged"]);
});

test("it runs as the image's user", async () => {
  const [user] = image.user.split(":");
  const owner = await Bun.file(join(tmp, "x/datasets/example/index/current_version.txt")).stat();
  expect(String(owner.uid)).toBe(user ?? "");
});

test(`a workbook of ${(book.size / 1e6).toFixed(1)} MB is published within ${megabytes} MB`, async () => {
  const ended = await contained([bcra, "--local", "/tmp/bcra", "--json", ...fromHere]);
  expect([ended.exitCode, ended.stderr, statusOf(ended)]).toEqual([0, expect.any(String), "published"]);
  console.log(`peak: ${Math.round(ended.peakMb)} MB`);
  expect(ended.peakMb).toBeLessThan(megabytes);
});

const task = { ...testKeys, sessionToken: "of-the-task" };
const s3 = await startS3Server({ credentials: task });
afterAll(() => s3.stop());
const inside: Cloud = { s3: s3.endpoint, dynamodb: await startDynalite(), messages: await startFauxqs(), keys: task };
const outside = process.env["INGESTOR_TEST_AWS_ENDPOINT"];
const keys = { accessKeyId: "test", secretAccessKey: "test" };
const clouds: [string, Cloud][] = [["servers in this process", inside]];
if (outside) clouds.push([outside, { s3: outside, dynamodb: outside, messages: outside, keys }]);

if (process.env["CI_NO_SKIPS"]) {
  test("there is a server outside this process, too", () => expect(clouds).toHaveLength(2));
}

test.each(clouds)("a whole run on S3, DynamoDB and SNS, with the credentials of a task: %s", async (_, cloud) => {
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token = "any" } = cloud.keys;
  const role = { AccessKeyId, SecretAccessKey, Token, Expiration };
  using agent = Bun.serve({ ...served, fetch: () => Response.json(role) });
  const tables = tablesAt(cloud.dynamodb);
  const table = await tables.create();
  const topic = await topicAt(cloud.messages, { fifo: false });
  const bucket = await bucketIn(cloud);
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...endpoints } = envOf(cloud);
  const env = {
    ...endpoints,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${agent.port}/role`,
    AWS_REGION: "us-east-1",
    DATASET_ID: bcra,
    INGESTOR_BUCKET: bucket.name,
    INGESTOR_LOCK_TABLE: table,
    SNS_PROJECTION_TOPIC_ARN: topic.arn,
    LOG_FORMAT: "json",
  };
  const first = await contained(["run", "--json", ...fromHere], env);
  expect([first.exitCode, first.stderr, statusOf(first)]).toEqual([0, expect.any(String), "published"]);
  console.log(`peak: ${Math.round(first.peakMb)} MB`);
  expect(first.peakMb).toBeLessThan(megabytes);

  const { version_id } = JSON.parse(first.stdout);
  expect(await bucket.text(`datasets/${bcra}/index/current_version.txt`)).toBe(version_id);
  const lock = await tables.item(table, `etl:${bcra}`);
  expect(lock?.["expiration_time"]).toEqual({ N: "0" });
  const events = await topic.receive();
  expect(events.map(({ message }) => JSON.parse(message))).toEqual([
    expect.objectContaining({
      event: "projection_update",
      dataset_id: bcra,
      bucket: bucket.name,
      version_manifest_path: `datasets/${bcra}/versions/${version_id}/manifest.json`,
    }),
  ]);

  const second = await contained(["run", "--json", ...fromHere], env);
  expect([second.exitCode, statusOf(second)]).toEqual([0, "unchanged"]);
  expect(await topic.receive()).toEqual([]);
});

test("nothing is left in /tmp but what runs were told to put there", () => {
  expect(readdirSync(tmp).toSorted()).toEqual(["bcra", "x"]);
});
