import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import http from "../../../src/builtin/extract/http.ts";
import type { ExtractContext } from "../../../src/core/plugin.ts";
import type { HttpAnswer, HttpGet } from "../../../src/core/ports.ts";
import { extractContext } from "../../support/stage.ts";

const url = "https://example.org/a.csv?token=t0p";

/** Runs the extractor against one answer, and gives what it asked too. */
async function extract(given: object, answer: Partial<HttpAnswer>, overrides: Partial<ExtractContext> = {}) {
  const asked: { url: string; request: HttpGet }[] = [];
  const get = async (url: string, request: HttpGet) => {
    asked.push({ url, request });
    return { status: 200, url, headers: new Headers(), body: new Blob(["a"]), ...answer };
  };
  const ctx = extractContext({ http: { get }, tempDir: "/tmp/x", ...overrides });
  const source = await http.extract(v.parse(http.options, { url, ...given }), ctx);
  return { source, warnings: ctx.warnings, asked: asked[0] };
}

test("asks with the defaults, and says nothing", async () => {
  const { asked, warnings } = await extract({}, {});
  expect(asked?.url).toBe(url);
  expect(asked?.request).toMatchObject({
    headers: {},
    timeoutSeconds: 30,
    verifyTls: true,
    maxRedirects: 5,
    maxBytes: 512 * 1024 * 1024,
    retries: 4,
    tempDir: "/tmp/x",
  });
  expect(warnings).toEqual([]);
});

test("passes on every option", async () => {
  const { asked, warnings } = await extract(
    {
      format: "csv",
      timeout: 0.5,
      verify_ssl: false,
      max_redirects: 0,
      max_size_mb: 1.5,
      retries: 0,
      user_agent: "Mozilla",
      headers: { Accept: "text/csv" },
    },
    {},
  );
  expect(asked?.request).toMatchObject({
    headers: { Accept: "text/csv", "user-agent": "Mozilla" },
    timeoutSeconds: 0.5,
    verifyTls: false,
    maxRedirects: 0,
    maxBytes: 1.5 * 1024 * 1024,
    retries: 0,
  });
  expect(warnings).toEqual(["source.verify_ssl is false: anybody on the way can change what is fetched"]);
});

test("gives what the answer says of itself", async () => {
  const headers = new Headers({
    etag: 'W/"1"',
    "last-modified": "Fri, 02 Jan 2026 11:00:00 GMT",
    "content-type": "text/csv",
  });
  const { source } = await extract({}, { headers, url: "https://cdn.example.org/b.csv" });
  expect(source).toEqual({
    blob: expect.any(Blob),
    url: "https://cdn.example.org/b.csv",
    media_type: "text/csv",
    etag: 'W/"1"',
    last_modified: "Fri, 02 Jan 2026 11:00:00 GMT",
  });
});

test("tells of its progress", async () => {
  const seen: unknown[] = [];
  const { asked } = await extract({}, {}, { progress: (...progress) => void seen.push(progress) });
  asked?.request.onProgress?.(1, 2);
  expect(seen).toEqual([[1, 2]]);
});

describe("unchanged", () => {
  test.each([
    [{ etag: '"1"' }, { "if-none-match": '"1"' }],
    [{ last_modified: "Fri" }, { "if-modified-since": "Fri" }],
    [
      { etag: '"1"', last_modified: "Fri" },
      { "if-none-match": '"1"', "if-modified-since": "Fri" },
    ],
  ])("%j", async (validators, headers) => {
    const { source, asked } = await extract({}, { status: 304 }, { validators });
    expect([source, asked?.request.headers]).toEqual(["unchanged", headers]);
  });

  test.each([undefined, {}])("is an error where nobody asked: %j", (validators) => {
    expect(extract({}, { status: 304 }, { validators })).rejects.toMatchObject({
      code: "SOURCE",
      message:
        'Cannot fetch "https://example.org/a.csv?token=***": the server says that it is unchanged, which nobody asked',
    });
  });
});

test("an empty answer is an error", () => {
  expect(extract({}, { body: new Blob([]) })).rejects.toMatchObject({
    code: "SOURCE",
    message: 'Cannot fetch "https://example.org/a.csv?token=***": the answer is empty',
  });
});

test.each([
  [{ url: "ftp://example.org" }],
  [{ url: "https://" }],
  [{ url: "example.org/a.csv" }],
  [{ timeout: 0 }],
  [{ timeout: "30" }],
  [{ max_redirects: -1 }],
  [{ retries: 1.5 }],
  [{ max_size_mb: 0 }],
  [{ user_agent: "two\nlines" }],
  [{ headers: { "not a name": "x" } }],
  [{ headers: { name: "two\nlines" } }],
  [{ veriffy_ssl: false }],
])("options refused: %j", (given) => {
  expect(v.safeParse(http.options, { url, ...given }).success).toBe(false);
});
