import { describe, expect, test } from "bun:test";
import { isSecretName, masked, openSecrets, saysSecret, secretsIn, secretsInUrl } from "../../src/core/secrets.ts";

function maskOf(...values: string[]) {
  const secrets = openSecrets();
  values.forEach(secrets.add);
  return secrets.mask;
}

test("a secret is masked in every form in which it is written", () => {
  const mask = maskOf('pa/ss "word" ü&');
  const written = 'pa/ss "word" ü&';
  expect(mask(`<${written}>`)).toBe("<***>");
  expect(mask(JSON.stringify({ written }))).toBe('{"written":"***"}');
  expect(mask(JSON.stringify(JSON.stringify({ written })))).toBe('"{\\"written\\":\\"***\\"}"');
  expect(mask(`?q=${encodeURIComponent(written)}`)).toBe("?q=***");
  expect(mask(new URLSearchParams({ written }).toString())).toBe("written=***");
});

test("a secret is masked as it is sent within an address", () => {
  const secret = "a|b c[d]^e'f";
  const { href } = new URL(`https://host/${secret}/x?a=${secret}&b=c`);
  expect(maskOf(secret)(href)).toBe("https://host/***/x?a=***&b=c");
  expect(maskOf("../../status")("the status")).toBe("the status");
});

test("what is short is not masked, and the longest is masked whole", () => {
  expect(maskOf("short")("a short text")).toBe("a short text");
  expect(maskOf("secret", "secret-and-more")("secret-and-more, secret")).toBe("***, ***");
  expect(maskOf()("nothing is known")).toBe("nothing is known");
});

test("each line of a key is masked", () => {
  const mask = maskOf("-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nw0BAQEFAASCBKcwggSj\n");
  expect(mask("line: MIIEvQIBADANBgkqhkiG")).toBe("line: ***");
});

test.each([
  ["at https://user:pass@host/x", "at https://***@host/x"],
  ["at https://host/x?api_key=abc&date=2024&sig=d", "at https://host/x?api_key=***&date=2024&sig=***"],
  ["Authorization: Bearer abc.def", "Authorization: Bearer ***"],
  ['{"authorization":"Basic abc="}', '{"authorization":"Basic ***"}'],
  ["mail me@example.org", "mail me@example.org"],
  ["https://example.org/a?b=c", "https://example.org/a?b=c"],
])("of %j remains %j, whatever is known", (text, remains) => {
  expect(maskOf()(text)).toBe(remains);
});

test("a value of JSON is masked in its texts and its keys", () => {
  const mask = maskOf("canary");
  expect(masked<unknown>({ a: ["the canary", 1, null], "canary!": { b: true } }, mask)).toEqual({
    a: ["the ***", 1, null],
    "***!": { b: true },
  });
});

describe("the name of a variable", () => {
  test.each([
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "API_TOKEN",
    "MY_PASSWORD",
    "apikey",
    "DB_PASSWD_2",
    "SSH_KEY",
    "apiTokenValue",
    "STATE_KEY",
  ])("%s says secret", (name) => expect(isSecretName(name)).toBe(true));
  test.each([
    "PWD",
    "PATH",
    "SSH_AUTH_SOCK",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "TOKENIZERS_PARALLELISM",
    "KEYBOARD",
    "HOST",
  ])("%s does not", (name) => expect(isSecretName(name)).toBe(false));
});

describe("the name of a variable that a dataset file reads", () => {
  test.each([
    "SECRETVALUE",
    "apiTokenValue",
    "API_KEY_NAME",
    "TOKEN_FILE",
    "DB_PWD",
    "passWord",
    "commonKey",
    "COMMONKEY",
    "KEYWORD_TOKEN",
    "HTTP_AUTH",
    "STATE_KEY",
  ])("%s says secret", (name) => expect(saysSecret(name)).toBe(true));
  test.each([
    "PWD",
    "HOST",
    "INGESTOR_LOCK_TABLE",
    "KEYBOARD",
    "API_KEYWORDS",
    "TURKEY_URL",
    "SECRETARIA_URL",
    "AUTHOR",
  ])("%s does not", (name) => expect(saysSecret(name)).toBe(false));
});

test("the secrets of an environment are those of its names, and those within URLs", () => {
  expect(secretsIn({ API_TOKEN: "one-two", HTTPS_PROXY: "http://me:three@proxy", HOME: "/root" })).toEqual([
    "one-two",
    "three",
    "three",
    btoa("me:three"),
  ]);
});

test.each([
  ["https://token-as-user@host/", ["token-as-user", "token-as-user"]],
  ["https://host/?key=a%20b&x=y", ["a%20b", "a b"]],
  ["https://host/x@y", []],
  ["no url", []],
])("within %j there are %j", (text, secrets) => {
  expect(secretsInUrl(text)).toEqual(secrets);
});
