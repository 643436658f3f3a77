import { readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "bun:test";
import { httpClient } from "../../src/adapters/http.ts";
import { memoryLimit } from "../../src/adapters/http_body.ts";
import { IngestorError } from "../../src/core/errors.ts";
import type { HttpGet } from "../../src/core/ports.ts";
import { tempFolder } from "../support/folder.ts";
import { rawServer } from "../support/raw_server.ts";
import { selfSigned } from "../support/self_signed.ts";

const now = new Date("2026-01-02T12:00:00Z");
const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

type Handler = (request: Request, asked: number) => Response | Promise<Response>;

/** A server on a free port; gives its address and how often it was asked. */
function serve(handler: Handler, tls?: { cert: string; key: string }) {
  let asked = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    ...(tls ? { tls } : {}),
    fetch: (request) => handler(request, ++asked),
  });
  stops.push(() => void server.stop(true));
  return { url: server.url.href, asked: () => asked };
}

async function raw(...args: Parameters<typeof rawServer>) {
  const server = await rawServer(...args);
  stops.push(server.stop);
  return server;
}

/** A client that waits for nothing, and writes down how long it would have waited. */
function client() {
  const waits: number[] = [];
  const http = httpClient({
    version: "1.2.3",
    clock: { now: () => now },
    random: () => 0.5,
    sleep: async (milliseconds) => void waits.push(milliseconds),
  });
  const get = (url: string, request: Partial<HttpGet> = {}) => http.get(url, { ...usual(), ...request });
  return { get, waits };
}

function usual(): HttpGet {
  return {
    timeoutSeconds: 10,
    maxRedirects: 3,
    maxBytes: 64 * 1024 * 1024,
    retries: 4,
    verifyTls: true,
    tempDir: "/nowhere",
    signal: new AbortController().signal,
  };
}

async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof IngestorError)) throw error ?? new Error("it did not fail");
  return { code: error.code, message: error.message, hint: error.hint };
}

describe("an answer", () => {
  test("comes with its status, address, headers and body", async () => {
    const { url } = serve((request) =>
      Response.json(Object.fromEntries(request.headers), { headers: { etag: '"a"', "content-type": "text/x" } }),
    );
    const answer = await client().get(`${url}data?a=1`, { headers: { "X-Key": "k" } });
    expect([answer.status, answer.url, answer.headers.get("etag")]).toEqual([200, `${url}data?a=1`, '"a"']);
    expect(answer.body.type).toStartWith("text/x");
    expect(await answer.body.json()).toMatchObject({ "user-agent": "ingestor/1.2.3", "x-key": "k" });
  });

  test("the caller's user agent takes the place of ours", async () => {
    const { url } = serve((request) => new Response(request.headers.get("user-agent")));
    const answer = await client().get(url, { headers: { "User-Agent": "Mozilla" } });
    expect(await answer.body.text()).toBe("Mozilla");
  });

  test("user and password in the URL are sent", async () => {
    const { url } = serve((request) => new Response(request.headers.get("authorization")));
    const answer = await client().get(url.replace("//", "//user:p%20w@"));
    expect(await answer.body.text()).toBe(`Basic ${btoa("user:p w")}`);
  });

  test("304 has no body", async () => {
    const { url } = serve(() => new Response(null, { status: 304 }));
    const answer = await client().get(url, { headers: { "if-none-match": '"a"' } });
    expect([answer.status, answer.body.size]).toEqual([304, 0]);
  });

  test("content encodings are undone, and lengths are not compared then", async () => {
    const text = "0123456789".repeat(10_000);
    const { url } = serve(() => new Response(gzipSync(text), { headers: { "content-encoding": "gzip" } }));
    const totals: (number | undefined)[] = [];
    const answer = await client().get(url, { onProgress: (_, total) => void totals.push(total) });
    expect(await answer.body.text()).toBe(text);
    expect(new Set(totals)).toEqual(new Set([undefined]));
  });

  test("progress grows up to the whole", async () => {
    const { url } = serve(() => new Response("x".repeat(300_000)));
    const seen: [number, number | undefined][] = [];
    await client().get(url, { onProgress: (...progress) => void seen.push(progress) });
    expect(seen.at(-1)).toEqual([300_000, 300_000]);
    expect(seen.map(([received]) => received)).toEqual(seen.map(([received]) => received).toSorted((a, b) => a - b));
  });
});

describe("a large body", () => {
  const bytes = new Uint8Array(memoryLimit + 1).map((_, index) => (index * 31) % 251);

  test.each([
    ["stays in memory up to the limit", memoryLimit, 0],
    ["lies in a file above it", memoryLimit + 1, 1],
  ])("%s", async (_, size, files) => {
    const { url } = serve(() => new Response(bytes.slice(0, size), { headers: { "content-type": "a/b" } }));
    const tempDir = tempFolder();
    const { body } = await client().get(url, { tempDir });
    expect(readdirSync(tempDir)).toHaveLength(files);
    expect([body.size, body.type]).toEqual([size, "a/b"]);
    expect(Buffer.compare(await body.bytes(), bytes.subarray(0, size))).toBe(0);
  });

  test.each([
    ["breaks off", { maxBytes: 2 * memoryLimit }],
    ["is too large", { maxBytes: memoryLimit }],
  ])("leaves no file when it %s", async (_, request) => {
    const { url } = await raw([
      Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffff\r\n"), bytes]),
    ]);
    const tempDir = tempFolder();
    expect(await failure(client().get(url, { ...request, tempDir, retries: 1 }))).toMatchObject({ code: "SOURCE" });
    expect(readdirSync(tempDir)).toEqual([]);
  });

  test("that cannot be written is no fault of the source", async () => {
    const { url, asked } = serve(() => new Response(bytes));
    const { code, message } = await failure(client().get(url, { tempDir: "/nowhere/at all" }));
    expect([code, message]).toEqual([
      "STORAGE",
      expect.stringMatching(/^Cannot write "\/nowhere\/at all\/body-.*ENOENT/),
    ]);
    expect(asked()).toBe(1);
  });

  test.each([
    ["the length says so", { "content-length": "101" }],
    ["it turns out so", { "transfer-encoding": "chunked" }],
  ])("is refused when %s", async (_, headers) => {
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const { url, asked } = await raw([`HTTP/1.1 200 OK\r\n${head.join("")}\r\n65\r\n${"x".repeat(101)}\r\n0\r\n\r\n`]);
    expect(await failure(client().get(url, { maxBytes: 100 }))).toEqual({
      code: "SOURCE",
      message: `Cannot fetch "${url}": more than 0.0000954 MiB`,
      hint: "raise source.max_size_mb if that is right",
    });
    expect(asked()).toBe(1);
  });
});

describe("redirects", () => {
  const redirect = (location: string, status = 302) => new Response(null, { status, headers: { location } });

  test.each([301, 302, 303, 307, 308])("%d is followed", async (status) => {
    const { url } = serve((request) =>
      new URL(request.url).pathname === "/" ? redirect("b?c=1", status) : new Response("b"),
    );
    const answer = await client().get(url);
    expect([answer.url, await answer.body.text()]).toEqual([`${url}b?c=1`, "b"]);
  });

  test("no more than allowed", async () => {
    const { url, asked } = serve((_, asked) => redirect(`/${asked}`));
    expect((await failure(client().get(url, { maxRedirects: 2 }))).message).toBe(
      `Cannot fetch "${url}": more than 2 redirects`,
    );
    expect(asked()).toBe(3);
    expect((await failure(client().get(url, { maxRedirects: 0 }))).message).toEndWith("more than 0 redirects");
  });

  test("headers that may be credentials do not go to another origin, nor back", async () => {
    const home = serve((request) => {
      const path = new URL(request.url).pathname;
      return path === "/"
        ? redirect("/same")
        : path === "/same"
          ? redirect(away.url)
          : Response.json(Object.fromEntries(request.headers));
    });
    const passed: Record<string, string>[] = [];
    const away = serve((request) => {
      passed.push(Object.fromEntries(request.headers));
      return redirect(`${home.url}end`);
    });
    const headers = { "X-Api-Key": "k", Authorization: "a", Accept: "text/csv", "If-None-Match": '"e"' };
    const answer = await client().get(home.url, { headers });
    for (const seen of [passed[0], await answer.body.json()]) {
      expect(seen).toMatchObject({ accept: "text/csv", "if-none-match": '"e"', "user-agent": "ingestor/1.2.3" });
      expect(seen).not.toHaveProperty("x-api-key");
      expect(seen).not.toHaveProperty("authorization");
    }
  });

  test("never from https down to http", async () => {
    const { url } = serve(() => redirect("http://127.0.0.1:1/?token=abc"), selfSigned);
    expect((await failure(client().get(url, { verifyTls: false }))).message).toBe(
      `Cannot fetch "${url}": the server redirects to "http://127.0.0.1:1/?token=***", which is not https`,
    );
  });

  test("never to something else than the web", async () => {
    const { url } = serve(() => redirect("file:///etc/passwd"));
    expect((await failure(client().get(url))).message).toContain('redirects to "file:///etc/passwd"');
  });

  test("an error after a redirect says where it came from", async () => {
    const { url } = serve((request) =>
      new URL(request.url).pathname === "/" ? redirect("/gone") : new Response("", { status: 404 }),
    );
    expect((await failure(client().get(url))).message).toBe(`Cannot fetch "${url}": 404 Not Found from "${url}gone"`);
  });

  test("one without a location is an error", async () => {
    const { url } = serve(() => new Response(null, { status: 302 }));
    expect((await failure(client().get(url))).message).toBe(`Cannot fetch "${url}": 302 Found`);
  });
});

describe("retries", () => {
  test.each([408, 429, 500, 502, 503, 504])("%d is asked again, with growing pauses", async (status) => {
    const { url, asked } = serve((_, asked) => new Response("late", { status: asked < 5 ? status : 200 }));
    const { get, waits } = client();
    expect(await (await get(url)).body.text()).toBe("late");
    expect([asked(), waits]).toEqual([5, [250, 500, 1000, 2000]]);
  });

  test.each([
    [400, undefined],
    [401, "check the credentials in source.url or source.headers; some servers refuse an unknown source.user_agent"],
    [404, "check source.url"],
    [410, "check source.url"],
  ])("%d is not", async (status, hint) => {
    const { url, asked } = serve(() => new Response("", { status }));
    const { message, hint: given } = await failure(client().get(url));
    expect(message).toStartWith(`Cannot fetch "${url}": ${status} `);
    expect([given, asked()]).toEqual([hint, 1]);
  });

  test("the last error is told, with the number of attempts", async () => {
    const { url } = serve(() => new Response("", { status: 503 }));
    expect((await failure(client().get(url, { retries: 2 }))).message).toBe(
      `Cannot fetch "${url}": 503 Service Unavailable, after 3 attempts`,
    );
  });

  test("each is told of, without the secrets of the URL", async () => {
    const { url } = serve((_, asked) => new Response("", { status: asked < 3 ? 503 : 200 }));
    const told: string[] = [];
    await client().get(`${url}a?token=hush`, { onRetry: (message) => void told.push(message) });
    expect(told).toEqual([
      `Cannot fetch "${url}a?token=***": 503 Service Unavailable; trying again in 0.3 s`,
      `Cannot fetch "${url}a?token=***": 503 Service Unavailable; trying again in 0.5 s`,
    ]);
  });

  test("the pause has a limit", async () => {
    const { url } = serve(() => new Response("", { status: 500 }));
    const { get, waits } = client();
    await failure(get(url, { retries: 9 }));
    expect(waits.slice(-3)).toEqual([15_000, 15_000, 15_000]);
  });

  test.each([
    ["7", 7000],
    ["0", 250],
    ["3600", 60_000],
    ["Fri, 02 Jan 2026 12:00:30 GMT", 30_000],
    ["Fri, 02 Jan 2026 11:00:00 GMT", 250],
    ["Fri, 02 Jan 2026 15:00:00 GMT", 60_000],
    ["soon", 250],
  ])("Retry-After: %s", async (value, wait) => {
    const { url } = serve(
      (_, asked) => new Response("", { status: asked > 1 ? 204 : 429, headers: { "retry-after": value } }),
    );
    const { get, waits } = client();
    await get(url);
    expect(waits).toEqual([wait]);
  });

  const whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwhole";
  test.each([
    ["a body cut short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"],
    ["a chunked body cut short", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"],
    ["no answer", ""],
    ["nonsense", "what?\r\n\r\n"],
  ])("%s is asked for again", async (_, reply) => {
    const cut = await raw([reply, whole]);
    expect(await (await client().get(cut.url)).body.text()).toBe("whole");
    const hopeless = await raw([reply]);
    expect((await failure(client().get(hopeless.url, { retries: 1 }))).message).toBe(
      `Cannot fetch "${hopeless.url}": the connection was closed before the answer was complete, after 2 attempts`,
    );
  });

  test("a broken encoding is asked for again", async () => {
    const { url } = serve(
      (_, asked) =>
        new Response(asked > 1 ? gzipSync("whole") : "not gzip", { headers: { "content-encoding": "gzip" } }),
    );
    expect(await (await client().get(url)).body.text()).toBe("whole");
  });

  test.each([
    ["http://127.0.0.1:1/", '"127.0.0.1:1" refuses the connection, after 2 attempts'],
    ["http://nowhere.invalid/", 'the host "nowhere.invalid" is unknown, after 2 attempts'],
  ])("%s", async (url, reason) => {
    expect((await failure(client().get(url, { retries: 1 }))).message).toBe(`Cannot fetch "${url}": ${reason}`);
  });
});

describe("time", () => {
  test.each([
    ["headers", ""],
    ["the body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"],
  ])("runs out waiting for %s, and each attempt has it anew", async (_, reply) => {
    const { url, asked } = await raw([reply], "hang");
    expect(await failure(client().get(url, { timeoutSeconds: 0.05, retries: 1 }))).toEqual({
      code: "SOURCE",
      message: `Cannot fetch "${url}": no complete answer within 0.05 s, after 2 attempts`,
      hint: "raise source.timeout",
    });
    expect(asked()).toBe(2);
  });

  test.each([
    ["waiting for an answer", "", "hang"],
    ["reading the body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "hang"],
  ] as const)("a stop while %s is passed on as it is", async (_, reply, then) => {
    const { url } = await raw([reply], then);
    const stop = new AbortController();
    const reason = new IngestorError("STOPPED", "Cannot go on: stopped");
    setTimeout(() => stop.abort(reason), 20);
    const thrown = await client()
      .get(url, { signal: stop.signal })
      .catch((error: unknown) => error);
    expect(thrown).toBe(reason);
  });

  test("a stop between two attempts ends the pause", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const { url } = serve(() => {
      setTimeout(() => stop.abort(reason), 20);
      return new Response("", { status: 503 });
    });
    const http = httpClient({ version: "1", random: () => 1 });
    const thrown = await http.get(url, { ...usual(), signal: stop.signal }).catch((error: unknown) => error);
    expect(thrown).toBe(reason);
  });

  test("nothing is asked when stopped before", async () => {
    const { url, asked } = serve(() => new Response(""));
    const thrown = await client()
      .get(url, { signal: AbortSignal.abort("no") })
      .catch((error: unknown) => error);
    expect([thrown, asked()]).toEqual(["no", 0]);
  });
});

describe("certificates", () => {
  test("one that nobody trusts is refused at once, and the message names the key", async () => {
    const { url, asked } = serve(() => new Response("secret"), selfSigned);
    const { get, waits } = client();
    expect(await failure(get(url))).toEqual({
      code: "SOURCE",
      message: `Cannot fetch "${url}": the TLS certificate is not trusted: self signed certificate`,
      hint: "set source.verify_ssl: false only if you trust the network all the way to the source",
    });
    expect([asked(), waits]).toEqual([0, []]);
  });

  test("is taken where nobody wants to know, and only there", async () => {
    const { url } = serve(() => new Response("open"), selfSigned);
    const { get } = client();
    expect(await (await get(url, { verifyTls: false })).body.text()).toBe("open");
    expect((await failure(get(url))).message).toContain("not trusted");
  });

  test("https to a server without TLS", async () => {
    const { url } = serve(() => new Response(""));
    expect((await failure(client().get(url.replace("http:", "https:"), { retries: 0 }))).message).toContain(
      "TLS handshake failed",
    );
  });
});

test.each([
  ["ftp://user:pw@host/x", 'Cannot fetch "ftp://host/x": "ftp:" is not supported'],
  ["file:///etc/passwd", 'Cannot fetch "file:///etc/passwd": "file:" is not supported'],
  ["data.xlsx", 'Cannot fetch "data.xlsx": it is not a URL'],
  ["http://user:p#w@host/", 'Cannot fetch "http://host/": it is not a URL'],
])("%s", async (url, message) => {
  expect(await failure(client().get(url))).toMatchObject({ code: "SOURCE", message });
});

test("secrets in the URL never reach a message", async () => {
  const { url } = serve(() => new Response("", { status: 404 }));
  const secret = `${url.replace("//", "//user:hunter2@")}a?api_key=hunter2&page=3#hunter2`;
  expect((await failure(client().get(secret))).message).toBe(
    `Cannot fetch "${url}a?api_key=***&page=3": 404 Not Found`,
  );
});
