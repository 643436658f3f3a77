import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { credentials, startDynalite, tablesAt } from "./support/dynamodb.ts";
import { lockWorld, reportIn } from "./support/lock_world.ts";

// A lease of a few seconds has to end.
setDefaultTimeout(60_000);

const endpoint = process.env["INGESTOR_TEST_AWS_ENDPOINT"] || (await startDynalite());
const tables = tablesAt(endpoint);
const { accessKeyId, secretAccessKey } = await credentials.current();
const env = {
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
};

const onFiles = async () => lockWorld("{ kind: file }");
const onDynamodb = async (timeout = 60) =>
  lockWorld(`{ kind: dynamodb, table_name: ${await tables.create()}, timeout_seconds: ${timeout} }`, env);

describe.each([
  ["file", onFiles],
  ["dynamodb", onDynamodb],
] as const)("a lock of kind %s between processes", (kind, open) => {
  test("of four that start at once one publishes, and the others say who it is", async () => {
    const w = await open();
    const all = await Promise.all([w.slow(), w.slow(), w.slow(), w.slow()]);
    const ends = all.map(async (process) => ({ process, ...(await process.ended()) }));
    const [winner] = await Promise.all(all.map(busyOrAtWork)).then((found) => found.filter((one) => one !== undefined));
    w.goOn();
    const ended = await Promise.all(ends);
    expect(ended.map(({ exitCode }) => exitCode).toSorted((a, b) => a - b)).toEqual([0, 3, 3, 3]);
    const published = ended.find(({ exitCode }) => exitCode === 0);
    expect(published?.process).toBe(winner);
    const { run_id, version_id } = reportIn(published?.stdout ?? "{}");
    expect(w.current()).toBe(version_id ?? "none");
    for (const { stdout, stderr } of ended.filter(({ exitCode }) => exitCode === 3)) {
      expect(reportIn(stdout).status).toBe("busy");
      expect(stderr).toMatch(
        new RegExp(`^Cannot run "rates": \\S+:\\d+ holds the lock \\(run ${run_id}, since \\S+Z, until .+\\)$`, "m"),
      );
    }
  });

  test("with --wait the second comes after the first, and both end well", async () => {
    const w = await open();
    const first = await w.slow();
    await first.says("at work");
    const second = await w.slow("--wait", "1m");
    await second.says('"rates" waits for its lock');
    w.goOn();
    const [one, two] = await Promise.all([first.ended(), second.ended()]);
    expect([one.exitCode, two.exitCode]).toEqual([0, 0]);
    expect([reportIn(one.stdout).status, reportIn(two.stdout).status]).toEqual(["published", "unchanged"]);
  });

  test("a signal during the wait ends it", async () => {
    const w = await open();
    const first = await w.slow();
    await first.says("at work");
    const second = await w.slow("--wait", "1m");
    await second.says('"rates" waits for its lock');
    second.child.kill("SIGTERM");
    expect((await second.ended()).exitCode).toBe(143);
    first.child.kill("SIGINT");
    expect((await first.ended()).exitCode).toBe(130);
    expect((await w.ingestor("lock", "status", "rates")).stdout).toBe("rates: nobody holds the lock\n");
  });

  test("it can be seen and broken from outside; whoever had it does not publish", async () => {
    const w = await open();
    const first = await w.slow();
    await first.says("at work");
    const status = await w.ingestor("lock", "status", "rates", "--json");
    const { holder } = JSON.parse(status.stdout);
    expect(JSON.parse(status.stdout)).toMatchObject({ dataset_id: "rates", key: "etl:rates" });
    expect(Object.keys(holder)).toEqual(["owner", "host", "run_id", "acquired_at", "expires_at"]);
    expect(holder.expires_at === null).toBe(kind === "file");
    const broken = await w.ingestor("lock", "break", "rates");
    expect(broken).toMatchObject({ exitCode: 0, stderr: "" });
    expect(broken.stdout).toStartWith(`rates: the lock is free now; ${holder.owner} held it (run ${holder.run_id}, `);
    expect((await w.ingestor("lock", "break", "rates", "--json")).stdout).toBe(
      '{"dataset_id":"rates","key":"etl:rates","broken":null}\n',
    );
    const next = await w.quick();
    expect(next.exitCode).toBe(0);
    w.goOn();
    const { exitCode, stderr } = await first.ended();
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/^Cannot (go on with "rates": the lock was lost|publish "rates": a run with a later lock)/m);
    expect(w.current()).toBe(reportIn(next.stdout).version_id ?? "none");
  });
});

/** The process, if it got the lock. */
async function busyOrAtWork<T extends { says(text: string): Promise<void> }>(process: T): Promise<T | undefined> {
  const busy = process.says("holds the lock").then(
    () => undefined,
    () => undefined,
  );
  const atWork = process.says("at work").then(
    () => process,
    () => busy,
  );
  return Promise.race([busy, atWork]);
}

test("a file lock is free the moment that its process is killed", async () => {
  const w = await onFiles();
  const first = await w.slow();
  await first.says("at work");
  expect((await w.quick()).exitCode).toBe(3);
  first.child.kill("SIGKILL");
  await first.ended();
  expect((await w.ingestor("lock", "status", "rates")).stdout).toBe("rates: nobody holds the lock\n");
  expect((await w.quick()).exitCode).toBe(0);
});

test("a holder that was stopped past its lease does not publish when it wakes up", async () => {
  const w = await onDynamodb(5);
  const first = await w.slow();
  await first.says("at work");
  first.child.kill("SIGSTOP");
  const second = await w.quick("--wait", "30s");
  expect(second.exitCode).toBe(0);
  w.goOn();
  first.child.kill("SIGCONT");
  const { exitCode, stdout, stderr } = await first.ended();
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(
    /^Cannot go on with "rates": the lock was lost: the lease ended \d+ s ago\nhint: no version was published; run again$/m,
  );
  expect(reportIn(stdout)).toMatchObject({ status: "failed", version_id: null, error: { code: "CONFLICT" } });
  expect(w.current()).toBe(reportIn(second.stdout).version_id ?? "none");
  expect(w.shown()).toContain('"value":2,');
  expect((await w.ingestor("lock", "status", "rates")).stdout).toBe("rates: nobody holds the lock\n");
});

test("there is nothing to show where a dataset has no lock, or one that only its process knows", async () => {
  const w = lockWorld("null");
  expect(await w.ingestor("lock", "status", "rates")).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      'Cannot show the lock of "rates": it has none\n' +
      "hint: `lock` in the dataset file keeps two runs of it apart, such as lock: { kind: file }\n",
  });
  const inMemory = await w.ingestor("lock", "break", "rates", "--set", "lock={kind: memory}");
  expect(inMemory.stderr).toBe(
    'Cannot break the lock of "rates": one of kind "memory" is known only to the process that holds it\n',
  );
  expect((await w.ingestor("lock", "statu", "rates")).stderr).toStartWith(
    'Cannot read the arguments: "statu" is not one of status, break, did you mean "status"?',
  );
});
