import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { AwsClient } from "aws4fetch";
import { awsCredentials } from "../../src/adapters/aws_credentials.ts";
import { s3Store } from "../../src/adapters/s3.ts";
import { testObjectStore } from "../support/object_store_suite.ts";
import { textAt } from "../support/objects.ts";
import { startS3Server } from "../support/s3_server.ts";
import { storeOn } from "../support/s3_store.ts";

setDefaultTimeout(60_000);

const server = await startS3Server();
afterAll(server.stop);
let opened = 0;

testObjectStore("s3Store()", async () => storeOn(server, { location: { prefix: `suite${opened++}` } }));

const outside = process.env["INGESTOR_TEST_AWS_ENDPOINT"];

if (outside !== undefined) {
  const bucket = process.env["INGESTOR_TEST_BUCKET"] ?? "ingestor-test";
  const region = process.env["AWS_REGION"] ?? "us-east-1";
  const credentials = awsCredentials();
  const client = new AwsClient({ ...(await credentials.current()), region, service: "s3" });
  await client.fetch(`${outside}/${bucket}`, { method: "PUT" });
  const run = `ingestor-test-${crypto.randomUUID()}`;

  testObjectStore(`s3Store() on ${outside}`, async () => {
    const prefix = `${run}/${opened++}`;
    const store = s3Store({ kind: "s3", bucket, prefix, region, endpoint_url: outside }, { credentials });
    return {
      store,
      async close() {
        await store.delete((await Array.fromAsync(store.list(""))).map(({ key }) => key));
      },
    };
  });
}

describe("objects", () => {
  test("lie in the bucket under the prefix and the key, whatever the signs in them", async () => {
    const { store } = storeOn(server, { location: { prefix: "a b+c/é" } });
    const keys = [
      "x y",
      "a+b",
      "~",
      "é",
      "year=2024/month=01/data.json",
      "50%",
      "%2F",
      "😀",
      "!'()*",
      "a&b=c?d#e",
      "&amp;<x>",
    ];
    for (const key of keys) await store.put(key, Buffer.from(key), { absent: true });
    for (const key of keys) expect(server.objects.get(`a b+c/é/${key}`)?.body.toString()).toBe(key);
    for (const key of keys) expect(await textAt(store, key)).toBe(key);
    expect((await Array.fromAsync(store.list(""))).map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
    await store.delete(keys);
    expect([...server.objects.keys()].filter((key) => key.startsWith("a b+c"))).toEqual([]);
  });

  test("have a checksum that S3 verifies and keeps", async () => {
    const { store } = storeOn(server);
    for (const body of [Buffer.from("abc"), new Blob(["a", "bc"])]) {
      await store.put("sum", body);
      expect(server.objects.get("sum")?.headers["x-amz-checksum-sha256"]).toBe(
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
      );
    }
  });

  test("a name says where the store is", () => {
    expect(storeOn(server, { location: { bucket: "some-bucket" } }).store.name).toBe("s3://some-bucket");
    expect(storeOn(server, { location: { prefix: "a/b" } }).store.name).toBe(`s3://${server.bucket}/a/b`);
  });

  test("what reading and writing one object costs in requests", async () => {
    const own = await startS3Server();
    const { store } = storeOn(own);
    const etag = (await store.put("a", Buffer.from("1"), { absent: true })) ?? "";
    await store.put("a", Buffer.from("2"), { etag });
    await store.put("a", Buffer.from("3"));
    await store.get("a");
    await store.get("none");
    await store.flush();
    await store.delete([]);
    expect(own.counts()).toEqual({ PutObject: 3, GetObject: 2 });
    await own.stop();
  });

  test("2,500 are deleted by 3 requests, and listed by 3", async () => {
    const own = await startS3Server();
    const { store } = storeOn(own);
    const keys = Array.from({ length: 2500 }, (_, index) => `k${index}`);
    for (const key of keys)
      own.objects.set(key, { body: Buffer.from(""), etag: '"x"', modified: new Date(), headers: {} });
    expect(await Array.fromAsync(store.list(""))).toHaveLength(2500);
    await store.delete(keys);
    expect(own.objects.size).toBe(0);
    expect(own.counts()).toEqual({ ListObjectsV2: 3, DeleteObjects: 3 });
    await own.stop();
  });

  test("a Blob of a file is sent from the file", async () => {
    const { store } = storeOn(server);
    await store.put("file", Bun.file("bun.lock"), { absent: true });
    expect(server.objects.get("file")?.body.toString()).toBe(await Bun.file("bun.lock").text());
  });
});
