import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { findKeys } from "../../src/adapters/aws_credential_chain.ts";
import { awsCredentials, type AwsKeys } from "../../src/adapters/aws_credentials.ts";
import { tempFolder } from "../support/folder.ts";
import { startS3Server } from "../support/s3_server.ts";
import { failureOf, storeOn } from "../support/s3_store.ts";

setDefaultTimeout(60_000);

const start = Date.parse("2026-04-21T12:00:00Z");
const keysUntil = (id: string, seconds: number): AwsKeys => ({
  accessKeyId: id,
  secretAccessKey: "s",
  expiration: new Date(start + seconds * 1000),
});

/** Credentials that are found one after another, at a time that the test moves. */
function foundInTurn(...found: (AwsKeys | Error)[]) {
  let time = start;
  let asked = 0;
  const credentials = awsCredentials({
    env: {},
    clock: { now: () => new Date(time) },
    async find() {
      const next = found[asked++];
      if (next === undefined || next instanceof Error) throw next ?? new Error("asked too often");
      return next;
    },
  });
  return { credentials, asked: () => asked, at: (seconds: number) => void (time = start + seconds * 1000) };
}

const idOf = async (keys: Promise<AwsKeys | undefined>) => (await keys)?.accessKeyId;

describe("keys of the environment", () => {
  test("are taken as they are, with or without a session token", async () => {
    const env = { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "s" };
    expect(await awsCredentials({ env }).current()).toEqual({ accessKeyId: "A", secretAccessKey: "s" });
    const withToken = awsCredentials({ env: { ...env, AWS_SESSION_TOKEN: "t" } });
    expect(await withToken.current()).toEqual({ accessKeyId: "A", secretAccessKey: "s", sessionToken: "t" });
    expect(await withToken.renew(await withToken.current())).toBeUndefined();
  });

  test.each([{}, { AWS_ACCESS_KEY_ID: "A" }, { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "" }])(
    "are not found in %j",
    async (env) => {
      const found = awsCredentials({ env, find: async () => keysUntil("found", 60) });
      expect(await idOf(found.current())).toBe("found");
    },
  );
});

describe("keys that end", () => {
  test("are asked for once, however many wait, and kept", async () => {
    const { credentials, asked } = foundInTurn(keysUntil("1", 3600));
    const ids = await Promise.all(Array.from({ length: 20 }, () => idOf(credentials.current())));
    expect([new Set(ids), asked()]).toEqual([new Set(["1"]), 1]);
  });

  test("are renewed before they end, while the old ones still serve", async () => {
    const { credentials, at } = foundInTurn(keysUntil("1", 3600), keysUntil("2", 7200));
    await credentials.current();
    at(3400);
    expect(await idOf(credentials.current())).toBe("1");
    await Bun.sleep(0);
    expect(await idOf(credentials.current())).toBe("2");
  });

  test("serve to their end where renewing fails, and then it is told why", async () => {
    const { credentials, at } = foundInTurn(keysUntil("1", 3600), new Error("no"), new Error("still no"));
    await credentials.current();
    at(3400);
    expect(await idOf(credentials.current())).toBe("1");
    await Bun.sleep(0);
    at(3600);
    expect(credentials.current()).rejects.toThrow("still no");
  });

  test("are renewed once when they are refused, however many requests they were in", async () => {
    const { credentials, asked } = foundInTurn(keysUntil("1", 3600), keysUntil("2", 7200));
    const refused = await credentials.current();
    const renewed = await Promise.all([credentials.renew(refused), credentials.renew(refused)]);
    expect(renewed.map((keys) => keys?.accessKeyId)).toEqual(["2", "2"]);
    expect(await idOf(credentials.renew(refused))).toBe("2");
    expect(asked()).toBe(2);
  });

  test("let a request through that S3 refused for them", async () => {
    const fresh = { accessKeyId: "NEW", secretAccessKey: "s", sessionToken: "t" };
    const server = await startS3Server({
      credentials: [{ accessKeyId: "OLD", secretAccessKey: "s", expired: true }, fresh],
    });
    const { credentials } = foundInTurn({ accessKeyId: "OLD", secretAccessKey: "s" }, fresh);
    const { store, waits } = storeOn(server, { credentials });
    expect(await store.put("a", Buffer.from("1"), { absent: true })).toBeDefined();
    expect([server.log.map(({ status }) => status), waits]).toEqual([[400, 200], []]);
    await server.stop();
  });

  test("are not asked for without end", async () => {
    const old = { accessKeyId: "OLD", secretAccessKey: "s", expired: true };
    const server = await startS3Server({ credentials: old });
    const { credentials } = foundInTurn(old, old);
    expect(await failureOf(storeOn(server, { credentials }).store.get("a"))).toMatchObject({ code: "CONFIG" });
    expect(server.log).toHaveLength(2);
    await server.stop();
  });
});

describe("what the SDK finds", () => {
  const names = Object.keys(process.env).filter((name) => name.startsWith("AWS_"));
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, before);
  });

  /** The only AWS settings there are; no file of the machine's own is read, and no machine is asked. */
  function environment(env: Record<string, string>, files: Record<string, string> = {}): Record<string, string> {
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    const folder = tempFolder({ credentials: "", config: "", ...files });
    const whole = {
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
      AWS_CONFIG_FILE: join(folder, "config"),
      AWS_EC2_METADATA_DISABLED: "true",
      ...env,
    };
    Object.assign(process.env, whole);
    return whole;
  }

  test("a profile of a file, the default one or that of AWS_PROFILE", async () => {
    const credentials = `[default]\naws_access_key_id = D\naws_secret_access_key = d\n
[other]\naws_access_key_id = O\naws_secret_access_key = o\naws_session_token = t\n`;
    expect(await findKeys(environment({}, { credentials }))).toMatchObject({ accessKeyId: "D", secretAccessKey: "d" });
    expect(await findKeys(environment({ AWS_PROFILE: "other" }, { credentials }))).toMatchObject({
      accessKeyId: "O",
      secretAccessKey: "o",
      sessionToken: "t",
    });
  });

  test("a process that a profile names", async () => {
    const keys = { Version: 1, AccessKeyId: "P", SecretAccessKey: "p", Expiration: "2099-01-01T00:00:00Z" };
    const config = `[default]\ncredential_process = echo '${JSON.stringify(keys)}'\n`;
    expect(await findKeys(environment({}, { config }))).toMatchObject({
      accessKeyId: "P",
      expiration: new Date("2099-01-01T00:00:00Z"),
    });
  });

  test("the endpoint of a container, for a whole store", async () => {
    const asked: (string | null)[] = [];
    const container = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch({ headers }) {
        asked.push(headers.get("authorization"));
        return Response.json({
          AccessKeyId: "TASK",
          SecretAccessKey: "s",
          Token: "t",
          Expiration: new Date(Date.now() + 3_600_000).toISOString(),
        });
      },
    });
    const server = await startS3Server({
      credentials: { accessKeyId: "TASK", secretAccessKey: "s", sessionToken: "t" },
    });
    const env = environment({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.url}secret-path`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "Basic abc",
    });
    const { store } = storeOn(server, { credentials: awsCredentials({ env }) });
    await store.put("a/b", Buffer.from("1"), { absent: true });
    expect(await Array.fromAsync(store.list(""))).toHaveLength(1);
    await store.delete(["a/b"]);
    expect([asked, server.log.map(({ status }) => status)]).toEqual([["Basic abc"], [200, 200, 200]]);
    await Promise.all([container.stop(true), server.stop()]);
  });

  test("an endpoint of a container that refuses is named, without its path", async () => {
    const env = environment({ AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:1/secret-path" });
    const failure = await failureOf(findKeys(env));
    expect(failure).toMatchObject({
      code: "CONFIG",
      message: expect.stringMatching(
        /^Cannot get AWS credentials from the container's endpoint at "127.0.0.1:1": .*ECONNREFUSED/,
      ),
      hint: expect.stringContaining("check the task role"),
    });
    expect(JSON.stringify(failure)).not.toContain("secret-path");
  });

  test("nothing, and what was tried", async () => {
    expect(await failureOf(findKeys(environment({})))).toEqual({
      code: "CONFIG",
      message: "Cannot get AWS credentials from any source: EC2 Instance Metadata Service access disabled",
      hint: expect.stringContaining("there are none in ~/.aws, and no container or EC2 instance offers any"),
    });
    const missing = await failureOf(findKeys(environment({ AWS_PROFILE: "none" })));
    expect(missing.message).toStartWith('Cannot get AWS credentials from the profile "none": ');
  });

  test("no command line of a process that failed", async () => {
    const config = "[default]\ncredential_process = false --secret hidden\n";
    const failure = await failureOf(findKeys(environment({}, { config })));
    expect(failure.message).toContain("the credential_process of the profile failed");
    expect(JSON.stringify(failure)).not.toContain("hidden");
  });
});
