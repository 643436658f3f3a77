import { afterAll, describe, expect, test } from "bun:test";
import { Readable } from "node:stream";
import {
  ChecksumAlgorithm,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { AwsV4Signer } from "aws4fetch";
import { fixedCredentials } from "../../src/adapters/aws_credentials.ts";
import { s3Address } from "../../src/adapters/s3_address.ts";
import { s3Client } from "../../src/adapters/s3_client.ts";
import { usualLimits } from "../../src/adapters/s3_send.ts";
import type { S3Location } from "../../src/core/ports.ts";
import { startS3Server, testKeys } from "./s3_server.ts";

const server = await startS3Server({ buckets: ["test-bucket", "other-bucket"] });
afterAll(server.stop);
const Bucket = server.bucket;

const location: S3Location = {
  kind: "s3",
  bucket: Bucket,
  prefix: "",
  region: "us-east-1",
  endpoint_url: server.endpoint,
};
const client = s3Client({
  location,
  address: s3Address(location, {}),
  credentials: fixedCredentials(testKeys),
  limits: usualLimits,
});

/** The status and the code of the answer to a signed request, after a change to what was signed. */
async function answerTo(
  change: (request: { url: URL; headers: Headers; body: string }) => { body?: string; url?: string } | void,
  signing: { host?: string; headers?: Record<string, string>; datetime?: string; region?: string; path?: string } = {},
): Promise<string> {
  const { host, headers, path = `/${Bucket}/key`, ...others } = signing;
  const body = "body";
  const sha256 = new Bun.CryptoHasher("sha256").update(body).digest("hex");
  const signed = await new AwsV4Signer({
    ...testKeys,
    method: "PUT",
    url: `http://${host ?? new URL(server.endpoint).host}${path}`,
    headers: { "x-amz-content-sha256": sha256, ...headers },
    service: "s3",
    region: "us-east-1",
    ...others,
  }).sign();
  const changed = change({ url: signed.url, headers: signed.headers, body }) ?? {};
  if (host !== undefined) signed.headers.set("host", host);
  const target = changed.url ?? server.endpoint + signed.url.pathname + signed.url.search;
  const answer = await fetch(target, { method: "PUT", headers: signed.headers, body: changed.body ?? body });
  return `${answer.status} ${/<Code>(.*)<\/Code>/.exec(await answer.text())?.[1] ?? ""}`.trim();
}

const nothing = () => {};

describe("signatures", () => {
  test("as they should be", async () => {
    expect(await answerTo(nothing)).toBe("200");
    expect(await answerTo(nothing, { path: `/${Bucket}/year%3D2024/a b%2Bc/é'()~` })).toBe("200");
    expect(await answerTo(nothing, { path: "/other-bucket/k?b=2&a=%20" })).toBe("200");
  });

  test.each<[string, Parameters<typeof answerTo>, string]>([
    ["none", [({ headers }) => headers.delete("authorization")], "403 AccessDenied"],
    ["nonsense", [({ headers }) => headers.set("authorization", "Basic abc")], "400 AuthorizationHeaderMalformed"],
    ["another body", [() => ({ body: "BODY" })], "400 XAmzContentSHA256Mismatch"],
    ["another key", [({ url }) => ({ url: `${url.href}2` })], "403 SignatureDoesNotMatch"],
    ["another parameter", [({ url }) => ({ url: `${url.href}?x=1` })], "403 SignatureDoesNotMatch"],
    [
      "another header",
      [({ headers }) => headers.set("if-match", "y"), { headers: { "if-match": "x" } }],
      "403 SignatureDoesNotMatch",
    ],
    ["a header that is not signed", [({ headers }) => headers.set("x-amz-meta-a", "1")], "403 AccessDenied"],
    ["another region", [nothing, { region: "eu-west-1" }], "400 AuthorizationHeaderMalformed"],
    ["an hour late", [nothing, { datetime: hourAgo() }], "403 RequestTimeTooSkewed"],
    ["a token that is none of the key", [nothing, { headers: { "x-amz-security-token": "t" } }], "400 InvalidToken"],
    ["a wrong checksum", [nothing, { headers: { "x-amz-checksum-crc32": "AAAAAA==" } }], "400 BadDigest"],
    ["an unknown bucket", [nothing, { path: "/none/key" }], "404 NoSuchBucket"],
  ])("%s", async (_, args, answer) => {
    expect(await answerTo(...args)).toBe(answer);
  });

  test("the bucket in the host name", async () => {
    expect(await answerTo(nothing, { host: "other-bucket.s3.test", path: "/virtual/key" })).toBe("200");
    expect(server.buckets.get("other-bucket")?.get("virtual/key")?.body.toString()).toBe("body");
  });
});

function hourAgo(): string {
  return new Date(Date.now() - 3_600_000).toISOString().replace(/[:-]|\.\d{3}/g, "");
}

describe("the SDK", () => {
  test.each([
    ["CRC32", "ChecksumCRC32"],
    ["CRC32C", "ChecksumCRC32C"],
    ["SHA1", "ChecksumSHA1"],
    ["SHA256", "ChecksumSHA256"],
  ] as const)("sends a stream in chunks with the trailer %s", async (name, member) => {
    const Key = `stream/${name}`;
    const Body = Readable.from([Buffer.from("ab"), Buffer.from("c".repeat(100_000))]);
    const sent = { Bucket, Key, Body, ContentLength: 100_002, ChecksumAlgorithm: ChecksumAlgorithm[name] };
    const put = await client.send(new PutObjectCommand(sent));
    expect(server.log.at(-1)?.headers["x-amz-trailer"]).toBe(`x-amz-checksum-${name.toLowerCase()}`);
    expect(put[member]).toBeString();
    const got = await client.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    expect([await got.Body?.transformToString(), got[member]]).toEqual([`ab${"c".repeat(100_000)}`, put[member]]);
  });

  test("sends 3 MiB after a 100-continue, with metadata that comes back", async () => {
    const sent = {
      Bucket,
      Key: "large",
      Body: new Uint8Array(3 << 20),
      Metadata: { a: "b" },
      ContentType: "text/plain",
    };
    await client.send(new PutObjectCommand(sent));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "large" }));
    expect(head).toMatchObject({ ContentLength: 3 << 20, Metadata: { a: "b" }, ContentType: "text/plain" });
  });

  test("is refused conditions that do not hold", async () => {
    const Key = "conditional";
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key, Body: "1", IfNoneMatch: "*" }));
    const names = await Promise.all(
      [
        { Bucket, Key, Body: "2", IfNoneMatch: "*" },
        { Bucket, Key, Body: "2", IfMatch: '"other"' },
        { Bucket, Key: "none", Body: "2", IfMatch: ETag },
      ].map((put) => client.send(new PutObjectCommand(put)).catch(({ name }: Error) => name)),
    );
    expect(names).toEqual(["PreconditionFailed", "PreconditionFailed", "NoSuchKey"]);
  });
});

describe("listings", () => {
  const bucket = server.buckets.get("other-bucket");
  const keys = ["l/a/1", "l/a/2", "l/b", "l/c/1", "l/d", "l/é & <x>", "l/\uffff", "l/😀"];
  for (const key of keys) bucket?.set(key, { body: Buffer.from(key), etag: '"x"', modified: new Date(), headers: {} });

  async function listed(input: { MaxKeys?: number; StartAfter?: string; Delimiter?: string }): Promise<string[][]> {
    const pages: string[][] = [];
    let ContinuationToken: string | undefined;
    do {
      const about = { Bucket: "other-bucket", Prefix: "l/", EncodingType: "url", ContinuationToken } as const;
      const page = await client.send(new ListObjectsV2Command({ ...about, ...input }));
      const found = [
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      ];
      pages.push(found.map((key = "") => decodeURIComponent(key)));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return pages;
  }

  test("pages of any size have each key once, in the order of the bytes", async () => {
    for (const MaxKeys of [1, 2, 3, 100]) {
      const pages = await listed({ MaxKeys });
      expect(pages.flat()).toEqual(keys);
      expect(pages).toHaveLength(Math.ceil(keys.length / MaxKeys));
    }
  });

  test("from a key on, and in groups", async () => {
    expect((await listed({ StartAfter: "l/c/1" })).flat()).toEqual(keys.slice(4));
    expect(await listed({ Delimiter: "/", MaxKeys: 3 })).toEqual([
      ["l/b", "l/a/", "l/c/"],
      ["l/d", "l/é & <x>", "l/\uffff"],
      ["l/😀"],
    ]);
  });

  test("many keys are deleted at once, whatever signs they have", async () => {
    const Delete = { Objects: ["l/é & <x>", "none"].map((Key) => ({ Key })) };
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket: "other-bucket", Delete }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(["l/é & <x>", "none"]);
    expect(bucket?.has("l/é & <x>")).toBeFalse();
  });
});
