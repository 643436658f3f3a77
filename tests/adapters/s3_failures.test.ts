import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import type { ObjectStore } from "../../src/core/ports.ts";
import type { S3Kind } from "../support/s3_asked.ts";
import { s3Error, startS3Server, type S3Fault } from "../support/s3_server.ts";
import { failureOf, storeOn } from "../support/s3_store.ts";

const server = await startS3Server();
afterAll(server.stop);
beforeEach(() => {
  server.log.length = 0;
  server.objects.clear();
  server.setFaults(() => undefined);
});

const body = Buffer.from("ours");
const absent = { absent: true } as const;

/** The faults of the first requests of one kind, in order; none of those that follow. */
function failing(kind: S3Kind, ...faults: S3Fault[]): void {
  server.setFaults((asked) => (asked.kind === kind ? faults.shift() : undefined));
}

const get = (store: ObjectStore) => store.get("a/b");
const put = (store: ObjectStore) => store.put("a/b", body, absent);
const list = (store: ObjectStore) => Array.fromAsync(store.list("a/"));
const remove = (store: ObjectStore) => store.delete(["a/b"]);

test.each([
  [
    get,
    "read",
    "s3:GetObject",
    "without s3:ListBucket on the bucket, S3 answers 403 for what is not there, too: grant that as well",
  ],
  [
    put,
    "write",
    "s3:PutObject",
    "grant s3:PutObject on the objects of the bucket, and s3:GetObject, which replacing on condition needs as well",
  ],
  [list, "list", "s3:ListBucket", "s3:ListBucket is granted on the bucket itself, not on its objects"],
  [remove, "delete", "s3:DeleteObject", "s3:DeleteObject is granted on the objects of the bucket"],
])("403 is never absence: %p", async (act, verb, action, hint) => {
  server.setFaults(() => ({ answer: s3Error(403, "AccessDenied", { message: "Access Denied" }) }));
  expect(await failureOf(act(storeOn(server).store))).toEqual({
    code: "STORAGE",
    message: `Cannot ${verb} "s3://test-bucket/${verb === "list" ? "a/" : "a/b"}": access denied: it needs ${action} on the bucket "test-bucket" (403 AccessDenied)`,
    hint,
  });
  expect(server.log).toHaveLength(1);
});

const regionError = s3Error(400, "AuthorizationHeaderMalformed", { headers: { "x-amz-bucket-region": "eu-west-1" } });
const redirect = s3Error(301, "PermanentRedirect", { headers: { "x-amz-bucket-region": "eu-west-1" } });

test.each([
  [s3Error(404, "NoSuchBucket"), "CONFIG", 'there is no bucket "test-bucket"'],
  [s3Error(404, ""), "STORAGE", "404"],
  [regionError, "CONFIG", 'the bucket "test-bucket" is in "eu-west-1", not in "us-east-1"'],
  [redirect, "CONFIG", 'the bucket "test-bucket" is in "eu-west-1", not in "us-east-1"'],
  [s3Error(301, "PermanentRedirect"), "CONFIG", 'the bucket "test-bucket" is not in "us-east-1"'],
  [s3Error(403, "InvalidAccessKeyId"), "CONFIG", "S3 does not know the access key"],
  [s3Error(403, "SignatureDoesNotMatch"), "CONFIG", "the signature is wrong"],
  [s3Error(400, "ExpiredToken"), "CONFIG", "the credentials have expired"],
  [s3Error(400, "InvalidToken"), "CONFIG", "S3 does not know the session token"],
  [s3Error(403, "RequestTimeTooSkewed"), "STORAGE", "the clock of this machine is wrong"],
  [s3Error(501, "NotImplemented"), "CONFIG", "the server cannot do that (501 Not Implemented)"],
  [s3Error(400, "InvalidRequest", { message: "No & <way>." }), "STORAGE", "400 InvalidRequest: No & <way>"],
  [{ status: 200, body: "" }, "STORAGE", "200: the answer has no ETag"],
  [s3Error(503, "SlowDown", { message: "Please." }), "STORAGE", "503 SlowDown: Please, after 6 attempts"],
  [
    s3Error(409, "ConditionalRequestConflict"),
    "STORAGE",
    "another request keeps being in the way (409 ConditionalRequestConflict), after 6 attempts",
  ],
])("an answer and its message: %j", async (answer, code, reason) => {
  server.setFaults(() => ({ answer }));
  for (const [act, verb] of [
    [get, "read"],
    [put, "write"],
  ] as const) {
    const message = `Cannot ${verb} "s3://test-bucket/a/b": ${reason}`;
    expect(await failureOf(act(storeOn(server).store))).toMatchObject({ code, message });
  }
});

test.each([
  [redirect, "CONFIG", 'the bucket "test-bucket" is in "eu-west-1", not in "us-east-1"'],
  [s3Error(404, "NoSuchBucket"), "CONFIG", 'there is no bucket "test-bucket"'],
  [s3Error(403, "InvalidAccessKeyId"), "CONFIG", "S3 does not know the access key"],
])("what the SDK says is said in the same words: %j", async (answer, code, reason) => {
  server.setFaults(() => ({ answer }));
  const { store } = storeOn(server);
  expect(await failureOf(list(store))).toMatchObject({ code, message: `Cannot list "s3://test-bucket/a/": ${reason}` });
  expect(await failureOf(remove(store))).toMatchObject({
    code,
    message: `Cannot delete "s3://test-bucket/a/b": ${reason}`,
  });
});

test("a clock that is wrong, a key that is unknown and a secret that is another are told apart, without the secret", async () => {
  const { endpoint: endpoint_url } = server;
  const wrong = { endpoint_url, aws_access_key_id: "AKIATEST", aws_secret_access_key: "hidden" };
  const late = { now: () => new Date(Date.now() - 3_600_000) };
  const reasons = [
    await failureOf(get(storeOn(server, { clock: late }).store)),
    await failureOf(get(storeOn(server, { location: { ...wrong, aws_access_key_id: "AKIAOTHER" } }).store)),
    await failureOf(get(storeOn(server, { location: wrong }).store)),
    await failureOf(get(storeOn(server, { location: { region: "sa-east-1" } }).store)),
  ];
  expect(reasons.map(({ message }) => message.replace(/^.*?": /, ""))).toEqual([
    "the clock of this machine is wrong",
    "S3 does not know the access key",
    "the signature is wrong",
    'the bucket "test-bucket" is in "us-east-1", not in "sa-east-1"',
  ]);
  expect(JSON.stringify(reasons)).not.toContain("hidden");
});

describe("retries", () => {
  test.each([
    [{ answer: s3Error(503, "SlowDown") }],
    [{ answer: s3Error(500, "InternalError") }],
    [{ answer: s3Error(502, "") }],
    [{ answer: s3Error(429, "") }],
    [{ answer: s3Error(408, "") }],
    [{ answer: s3Error(400, "RequestTimeout") }],
    [{ answer: s3Error(409, "OperationAborted") }],
  ] as [S3Fault][])("%j passes", async (fault) => {
    for (const [kind, act] of [
      ["GetObject", get],
      ["PutObject", put],
    ] as const) {
      server.log.length = 0;
      failing(kind, fault, fault);
      const { store, waits } = storeOn(server);
      await act(store);
      expect(server.counts()).toEqual({ [kind]: 3 });
      expect(waits).toEqual([250, 500]);
    }
  });

  test("wait exponentially with full jitter, and as long as the server asks", async () => {
    const slow = { answer: s3Error(503, "SlowDown") };
    server.setFaults(() => slow);
    const { store, waits } = storeOn(server, { random: () => 0.5 });
    await failureOf(get(store));
    expect(waits).toEqual([125, 250, 500, 1000, 2000]);
    const now = Date.parse("2026-01-02T12:00:00Z");
    for (const [value, wait] of [
      ["7", 7000],
      ["3600", 60_000],
      ["Fri, 02 Jan 2026 12:00:30 GMT", 30_000],
    ] as const) {
      failing("GetObject", { answer: s3Error(503, "SlowDown", { headers: { "retry-after": value } }) });
      const asked = storeOn(server, { clock: { now: () => new Date(now) } });
      // By that clock, the second attempt is signed on another day.
      await failureOf(asked.store.get("a"));
      expect(asked.waits).toEqual([wait]);
    }
  });

  test("end when the time for the request is over", async () => {
    let time = Date.now();
    server.setFaults(() => ({ answer: s3Error(503, "SlowDown") }));
    const { store } = storeOn(server, {
      clock: { now: () => new Date(time) },
      sleep: async (milliseconds) => void (time += milliseconds),
      limits: { attempts: 100, attemptMs: 1000, requestMs: 2000 },
    });
    expect((await failureOf(get(store))).message).toEndWith("503 SlowDown, after 4 attempts");
  });

  test("follow an attempt that takes too long", async () => {
    const limits = { attempts: 2, attemptMs: 50, requestMs: 60_000 };
    failing("GetObject", { delayMs: 200 });
    expect(await get(storeOn(server, { limits }).store)).toBeUndefined();
    server.setFaults(() => ({ delayMs: 200 }));
    const { message } = await failureOf(get(storeOn(server, { limits }).store));
    const { host } = new URL(server.endpoint);
    expect(message).toBe(
      `Cannot read "s3://test-bucket/a/b": "${host}" gave no complete answer in time, after 2 attempts`,
    );
  });

  test("follow a body that is not what its checksum says", async () => {
    const broken = { status: 200, headers: { etag: '"x"', "x-amz-checksum-sha256": "AAAA" }, body: "abc" };
    failing("GetObject", { answer: broken });
    expect(await get(storeOn(server).store)).toBeUndefined();
    server.setFaults(() => ({ answer: broken }));
    expect((await failureOf(get(storeOn(server).store))).message).toContain(
      "its length or checksum differs, after 6 attempts",
    );
  });

  test("cannot help where nothing answers", async () => {
    const refused = await failureOf(get(storeOn(server, { location: { endpoint_url: "http://127.0.0.1:1" } }).store));
    expect(refused).toEqual({
      code: "STORAGE",
      message: 'Cannot read "s3://test-bucket/a/b": "127.0.0.1:1" refuses the connection, after 6 attempts',
      hint: "check endpoint_url or AWS_ENDPOINT_URL",
    });
  });
});

describe("lost answers", () => {
  const cut = { cut: "after" } as const;

  test.each([
    ["the connection is cut", cut],
    ["a proxy answers 502", { answerAfter: s3Error(502, "") }],
    ["S3 answers 500", { answerAfter: s3Error(500, "InternalError") }],
    ["the answer is too late", { delayMs: 300, cut: undefined }],
  ] as [string, S3Fault][])("%s: a put that won is known to have won", async (_, fault) => {
    const limits = { attempts: 6, attemptMs: 100, requestMs: 60_000 };
    const { store } = storeOn(server, { limits });
    failing("PutObject", fault);
    const created = await store.put("a", body, absent);
    expect(created).toBe(server.objects.get("a")?.etag ?? "");
    failing("PutObject", fault);
    const replaced = await store.put("a", Buffer.from("next"), { etag: created ?? "" });
    expect(replaced).toBe(server.objects.get("a")?.etag ?? "");
    expect(server.objects.get("a")?.body.toString()).toBe("next");
  });

  test.each([["theirs"], ["ours"]])(
    "a put that lost to another with the bytes %j is known to have lost",
    async (bytes) => {
      const { store } = storeOn(server);
      const other = storeOn(server).store;
      await other.put("a", Buffer.from(bytes));
      failing("PutObject", cut);
      expect(await store.put("a", body, absent)).toBeUndefined();
      expect(server.objects.get("a")?.body.toString()).toBe(bytes);
    },
  );

  test("also on a connection in use, where fetch sends again by itself", async () => {
    const { store } = storeOn(server);
    await store.put("warm", body);
    failing("PutObject", cut);
    expect(await store.put("a", body, absent)).toBeDefined();
    expect(server.objects.get("a")?.body.toString()).toBe("ours");
  });

  test("a put that was overtaken after it won gives way", async () => {
    const { store } = storeOn(server);
    const theirs = { body: Buffer.from("theirs"), etag: '"t"', modified: new Date(), headers: {} };
    server.setFaults(({ kind }) => {
      if (kind !== "PutObject") return undefined;
      const isSecond = server.objects.has("a");
      if (isSecond) server.objects.set("a", theirs);
      return isSecond ? undefined : cut;
    });
    expect(await store.put("a", body, absent)).toBeUndefined();
    expect(server.objects.get("a")?.body.toString()).toBe("theirs");
  });

  test("cut before the work: done by the retry", async () => {
    failing("PutObject", { cut: "before" }, { cut: "before" });
    expect(await storeOn(server).store.put("a", body, absent)).toBeDefined();
  });

  test("where it cannot be found out, that is an error and no conflict", async () => {
    const { store } = storeOn(server);
    await store.put("a", body);
    server.setFaults(({ kind }) => (kind === "HeadObject" ? { answer: s3Error(403, "AccessDenied") } : undefined));
    expect((await failureOf(store.put("a", body, absent))).message).toStartWith(
      'Cannot read "s3://test-bucket/a": access denied',
    );
  });
});

describe("listing and deleting", () => {
  test("a listing that does not advance is an error", async () => {
    const page =
      "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>";
    server.setFaults(() => ({ answer: { status: 200, headers: { "content-type": "application/xml" }, body: page } }));
    expect((await failureOf(list(storeOn(server).store))).message).toBe(
      'Cannot list "s3://test-bucket/a/": 200: the listing goes on, but S3 does not say where',
    );
  });

  const deleted = (code: string): S3Fault => ({
    answer: {
      status: 200,
      headers: { "content-type": "application/xml" },
      body: `<DeleteResult><Error><Key>a/b</Key><Code>${code}</Code><Message>No.</Message></Error></DeleteResult>`,
    },
  });

  test("a key that could not be deleted is an error, though the answer is 200", async () => {
    server.setFaults(() => deleted("AccessDenied"));
    expect((await failureOf(remove(storeOn(server).store))).message).toBe(
      'Cannot delete "s3://test-bucket/a/b": access denied: it needs s3:DeleteObject on the bucket "test-bucket" (403 AccessDenied)',
    );
  });

  test("a key that could not be deleted yet is deleted then", async () => {
    server.objects.set("a/b", { body, etag: '"x"', modified: new Date(), headers: {} });
    failing("DeleteObjects", deleted("InternalError"), deleted("SlowDown"));
    const { store, waits } = storeOn(server);
    await store.delete(["a/b"]);
    expect(server.objects.size).toBe(0);
    expect(waits).toEqual([250, 500]);
  });
});
