import { expect, test } from "bun:test";
import { lines, load, problemsOf } from "./support.ts";

const head = "dataset_id: rates\nsource: { url: https://x }\n";
const parsed = `${head}parse: { plugin: plain }\nnormalize: { plugin: series, timezone: UTC }\n`;
const lockOf = async (text: string) => (await load(text)).dataset.lock;

test("a lock of kind dynamodb, with what existing files say of it", async () => {
  expect(await lockOf(`${head}lock: { kind: dynamodb, table_name: locks }`)).toEqual({
    kind: "dynamodb",
    table_name: "locks",
    region_name: "us-east-1",
    key: "etl:rates",
    timeout_seconds: 300,
  });
  const all = 'table_name: a.b-c_D, region_name: sa-east-1, key: "x:{dataset_id}:y", timeout_seconds: 60';
  expect(await lockOf(`${head}lock: { kind: dynamodb, ${all} }`)).toEqual({
    kind: "dynamodb",
    table_name: "a.b-c_D",
    region_name: "sa-east-1",
    key: "x:rates:y",
    timeout_seconds: 60,
  });
});

test("credentials are taken, with a warning that names the better way and does not show them", async () => {
  const keys = "aws_access_key_id: AKIA1, aws_secret_access_key: hidden";
  const { dataset, warnings } = await load(`${head}lock: { kind: dynamodb, table_name: locks, ${keys} }`);
  expect(dataset.lock).toMatchObject({ aws_access_key_id: "AKIA1", aws_secret_access_key: "hidden" });
  expect(lines(warnings)).toEqual([
    "a.yaml:3:7 lock.aws_access_key_id: what is in a dataset file gets around; " +
      "without the two keys, those of the task role, the profile or the environment are used",
  ]);
});

test.each<[string, string, ...string[]]>([
  ["table_name", "{ kind: dynamodb }", "a.yaml:3:7 lock.table_name: missing"],
  [
    "a name that no table has",
    "{ kind: dynamodb, table_name: a b }",
    "a.yaml:3:37 lock.table_name: must be the name of a table, or its ARN",
  ],
  [
    "a region",
    "{ kind: dynamodb, table_name: locks, region_name: US }",
    "a.yaml:3:57 lock.region_name: must be the name of a region, such as us-east-1",
  ],
  [
    "too short a lease",
    "{ kind: dynamodb, table_name: locks, timeout_seconds: 4 }",
    "a.yaml:3:61 lock.timeout_seconds: must be at least 5, found the number 4",
  ],
  [
    "half of the keys",
    "{ kind: dynamodb, table_name: locks, aws_secret_access_key: x }",
    'a.yaml:3:7 lock: "aws_secret_access_key" needs "aws_access_key_id" too',
  ],
  [
    "a typo",
    "{ kind: dynamodb, table_nam: locks }",
    "a.yaml:3:7 lock.table_name: missing",
    'a.yaml:3:25 lock.table_nam: unknown key, did you mean "table_name"?',
  ],
  ["a table of files", "{ kind: file, table_name: locks }", "a.yaml:3:21 lock.table_name: unknown key"],
])("%s", async (_, lock, ...problems) => {
  expect(await problemsOf(`${head}lock: ${lock}`)).toEqual(problems);
});

test.each([
  ["the store", "load: { plugin: file_versioned, root: ./out }\nstate_file: s/a.json", "out/locks"],
  [
    "the state, where the store is in no folder",
    "load: { plugin: bucket_versioned, bucket: b }\nstate_file: s/a.json",
    "s/locks",
  ],
  ["what comes to be the store, where there is neither", "", "data/locks"],
])("the files of a lock lie beside %s", async (_, others, folder) => {
  const lock = "lock: { kind: file, timeout_seconds: 300 }";
  expect(await lockOf(`${parsed}${others}\n${lock}`)).toEqual({ kind: "file", key: "etl:rates", folder });
  const moved = "lock: { kind: file, path: /var/lock/x, key: mine }";
  expect(await lockOf(`${parsed}${others}\n${moved}`)).toEqual({ kind: "file", key: "mine", folder: "/var/lock/x" });
});
