import { expect, test } from "bun:test";
import { s3Address } from "../../src/adapters/s3_address.ts";
import type { Env } from "../../src/adapters/aws_credentials.ts";
import type { S3Location } from "../../src/core/ports.ts";

const of = (location: Partial<S3Location>, env: Env = {}) =>
  s3Address({ kind: "s3", bucket: "rates", prefix: "", region: "us-east-1", ...location }, env);

const [own, s3, all] = ["http://own:9000", "http://s3:9000", "http://all:9000"];

test.each<[Partial<S3Location>, Env, string]>([
  [{}, {}, "https://rates.s3.us-east-1.amazonaws.com/k"],
  [{ region: "cn-north-1" }, {}, "https://rates.s3.cn-north-1.amazonaws.com.cn/k"],
  [{ region: "us-gov-west-1" }, {}, "https://rates.s3.us-gov-west-1.amazonaws.com/k"],
  [{ bucket: "rates.example.org" }, {}, "https://s3.us-east-1.amazonaws.com/rates.example.org/k"],
  [{ force_path_style: true }, {}, "https://s3.us-east-1.amazonaws.com/rates/k"],
  [{}, { AWS_ENDPOINT_URL: all }, "http://all:9000/rates/k"],
  [{}, { AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_S3: s3 }, "http://s3:9000/rates/k"],
  [{}, { AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_S3: "" }, "http://all:9000/rates/k"],
  [{ endpoint_url: own }, { AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_S3: s3 }, "http://own:9000/rates/k"],
  [{ endpoint_url: `${own}/` }, {}, "http://own:9000/rates/k"],
  [{ endpoint_url: `${own}/s3` }, {}, "http://own:9000/s3/rates/k"],
  [{ endpoint_url: own, force_path_style: false }, {}, "http://rates.own:9000/k"],
])("%j with %j", (location, env, url) => {
  expect(of(location, env).urlOf("k")).toBe(url);
});

test("keys are encoded segment by segment", () => {
  expect(of({}).urlOf("a b/c+d/é/e=f/50%")).toEndWith("/a%20b/c%2Bd/%C3%A9/e%3Df/50%25");
});

test.each(["nonsense", "ftp://host", "http://user:secret@host", "http://host?x=secret"])("refuses %s", (url) => {
  expect(() => of({}, { AWS_ENDPOINT_URL: url })).toThrow(/^Cannot use the S3 endpoint of the environment/);
  expect(() => of({}, { AWS_ENDPOINT_URL: url })).not.toThrow(/secret/);
});
