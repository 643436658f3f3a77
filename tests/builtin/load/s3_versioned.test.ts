import { expect, test } from "bun:test";
import * as v from "valibot";
import s3Versioned from "../../../src/builtin/load/s3_versioned.ts";

const location = (given: object) => s3Versioned.store(v.parse(s3Versioned.options, given));

test("a bucket is enough", () => {
  expect(location({ bucket: "rates" })).toEqual({ kind: "s3", bucket: "rates", prefix: "", region: "us-east-1" });
});

test("everything that can be said", () => {
  const access = {
    endpoint_url: "http://127.0.0.1:9000",
    force_path_style: true,
    aws_access_key_id: "A",
    aws_secret_access_key: "s",
  };
  expect(location({ bucket: "my.rates-1", aws_region: "sa-east-1", prefix: "a/b//", ...access })).toEqual({
    kind: "s3",
    bucket: "my.rates-1",
    prefix: "a/b",
    region: "sa-east-1",
    ...access,
  });
});

test.each([
  {},
  { bucket: "ab" },
  { bucket: "a".repeat(64) },
  { bucket: "Rates" },
  { bucket: "ra_tes" },
  { bucket: "-rates" },
  { bucket: "rates." },
  { bucket: "ra..tes" },
  { bucket: "192.168.0.1" },
  { bucket: "xn--rates" },
  { bucket: "rates--x-s3" },
  { bucket: "rates", prefix: "/a" },
  { bucket: "rates", prefix: "a//b" },
  { bucket: "rates", prefix: "../a" },
  { bucket: "rates", prefix: "a/./b" },
  { bucket: "rates", prefix: "a\\b" },
  { bucket: "rates", prefix: "a\nb" },
  { bucket: "rates", aws_region: "us east" },
  { bucket: "rates", endpoint_url: "minio:9000" },
  { bucket: "rates", endpoint_url: "http://user:secret@minio" },
  { bucket: "rates", aws_access_key_id: "" },
  { bucket: "rates", regionn: "x" },
])("options refused: %j", (given) => {
  expect(v.safeParse(s3Versioned.options, given).success).toBe(false);
});

test.each([
  [{ aws_access_key_id: "A" }, '"aws_access_key_id" needs "aws_secret_access_key" too'],
  [{ aws_secret_access_key: "s" }, '"aws_secret_access_key" needs "aws_access_key_id" too'],
])("one key needs the other: %j", (half, message) => {
  expect(() => location({ bucket: "rates", ...half })).toThrow(message);
});
