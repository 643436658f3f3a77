import { expect, test } from "bun:test";
import { builtinPlugins } from "../../src/host/builtins.ts";
import { pluginRegistry } from "../../src/host/registry.ts";
import { load, problemsOf } from "./support.ts";

const plugins = pluginRegistry(builtinPlugins, []);

const file = (state: string, loader: string) => `dataset_id: rates
source: { url: https://example.org/rates.xlsx }
parse: { plugin: excel, series_map: [{ internal_series_code: A, sheet: S, date_col: A, value_col: B }] }
normalize: { plugin: series }
${loader}
state: ${state}
`;

const keys = "aws_access_key_id: A, aws_secret_access_key: s";
const ownServer = "endpoint_url: http://minio:9000, force_path_style: false";
const bucket = `load: { plugin: s3_versioned, bucket: rates, aws_region: sa-east-1, prefix: p, ${ownServer}, ${keys} }`;
const folder = "load: { plugin: file_versioned }";

const stateOf = async (state: string, loader: string) => (await load(file(state, loader), { plugins })).dataset.state;

test("what a state on S3 does not say is as the loader has it, prefix aside", async () => {
  expect(await stateOf("{ kind: s3, key: state/rates.json, lookback: 3 }", bucket)).toEqual({
    location: {
      kind: "s3",
      bucket: "rates",
      prefix: "",
      region: "sa-east-1",
      endpoint_url: "http://minio:9000",
      force_path_style: false,
      aws_access_key_id: "A",
      aws_secret_access_key: "s",
    },
    key: "state/rates.json",
    lookback: 3,
  });
});

test("what it says goes first, and its keys go together", async () => {
  const own =
    "bucket: states, aws_region: eu-west-1, endpoint_url: http://own:1, aws_access_key_id: B, aws_secret_access_key: t";
  expect(await stateOf(`{ kind: s3, key: a.json, force_path_style: true, ${own} }`, bucket)).toMatchObject({
    location: {
      bucket: "states",
      region: "eu-west-1",
      endpoint_url: "http://own:1",
      force_path_style: true,
      aws_access_key_id: "B",
      aws_secret_access_key: "t",
    },
  });
});

test("it needs no store on S3 if it names a bucket", async () => {
  for (const loader of [folder, ""]) {
    expect(await stateOf("{ kind: s3, bucket: states, key: a.json }", loader)).toMatchObject({
      location: { kind: "s3", bucket: "states", region: "us-east-1", aws_access_key_id: undefined },
    });
  }
});

test.each([
  ["{ kind: s3 }", bucket, ["state.key: missing"]],
  ["{ kind: s3, key: a }", folder, ["state.bucket: missing, and the loader has none either"]],
  ["{ kind: s3, key: a }", "", ["state.bucket: missing, and the loader has none either"]],
  ["{ kind: s3, key: a }", "load: { plugin: s3_versioned, bucket: R }", ["load.bucket: must have 3 to 63 characters"]],
  ["{ kind: s3, key: /a }", bucket, ["state.key: is not the key of an object: a segment between its slashes is empty"]],
  ["{ kind: s3, key: a, prefix: b }", bucket, ["state.prefix: unknown key"]],
  [
    "{ kind: s3, key: a, bucket: a_b }",
    bucket,
    ["state.bucket: must consist of lower-case letters, digits, dots and hyphens"],
  ],
  [
    "{ kind: s3, key: a, aws_access_key_id: B }",
    bucket,
    ['state: "aws_access_key_id" needs "aws_secret_access_key" too'],
  ],
])("%s with %s", async (state, loader, problems) => {
  const found = await problemsOf(file(state, loader), { plugins });
  expect(found.map((problem) => problem.replace(/^\S+ /, ""))).toEqual(problems);
});
