import { expect, test } from "bun:test";
import { load, valid } from "./support.ts";

/** What is told of a dataset file, right or wrong, each value once. */
async function toldOf(text: string, env: Record<string, string> = {}, set: string[] = []): Promise<string[]> {
  const told = new Set<string>();
  await load(text, { env, set, secret: (value) => void told.add(value) }).catch(() => {});
  return [...told].filter((value) => value !== "").toSorted();
}

test("a file without secrets has none, and keys that only name something are none", async () => {
  expect(await toldOf(valid)).toEqual([]);
  expect(
    await toldOf("lock: { kind: file, key: etl }\nstate: { kind: s3, key: state/x.json }\nprimary_keys: [obs_time]"),
  ).toEqual([]);
});

test.each([
  ["${API_TOKEN} in a text", "source: { url: 'https://h/${API_TOKEN}/x' }", ["the-token"]],
  ["the default of one", "source: { url: 'https://h/${OTHER_TOKEN:-default-token}' }", ["default-token"]],
  ["a name without a word of its own", "source: { url: 'https://h/${SECRETVALUE}/${API_KEY_NAME}' }", ["one", "two"]],
  ["what cannot be read as a variable", "source: { password: 'a${b!' }", ["a${b!", "${b!"]],
  ["${HOST}, which is none", "source: { url: 'https://${HOST}/x' }", []],
  ["a password in a URL", "source: { url: 'https://me:pa%20ss@h/x' }", ["pa ss", "pa%20ss", btoa("me:pa ss")]],
  ["a key in a URL", "source: { url: 'https://h/x?api_key=abc&from=2024' }", ["abc"]],
  ["a header with a scheme", "source: { headers: { Authorization: Bearer abc } }", ["Bearer abc", "abc"]],
  [
    "a header with a password",
    `source: { headers: { authorization: Basic ${btoa("me:word")} } }`,
    [`Basic ${btoa("me:word")}`, btoa("me:word"), "word"],
  ],
  ["a header that is a key", "source: { headers: { X-Api-Key: abc, Key: def, Accept: text/csv } }", ["abc", "def"]],
  ["the credentials of a loader", "load: { aws_access_key_id: AKIA, aws_secret_access_key: abc }", ["AKIA", "abc"]],
  ["a password of digits, in a list", "parse_config: { logins: [{ user: me, password: 123456 }] }", ["123456"]],
])("of %s", async (_, text, told) => {
  expect(
    await toldOf(text, { API_TOKEN: "the-token", SECRETVALUE: "one", API_KEY_NAME: "two", HOST: "example.org" }),
  ).toEqual(told.toSorted());
});

test("of what is set on the command line", async () => {
  expect(await toldOf("dataset_id: x", {}, ["source.token=abc"])).toEqual(["abc"]);
});
