import * as v from "valibot";
import { defineExtractor, IngestorError, publicUrl, type RawSource, type Validators } from "../../api.ts";

const atLeast = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least));

const headerName = v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]+$/, "must be a header name"));
const headerValue = v.pipe(v.string(), v.regex(/^[\t\x20-\x7e\x80-\xff]*$/, "must be one line of Latin text"));

export default defineExtractor({
  name: "http",
  summary: "Fetches a file from the web",
  options: v.strictObject({
    url: v.pipe(
      v.string(),
      v.check(isWebUrl, "must be a URL that begins with https:// or http://"),
      v.description("Where the file is"),
    ),
    format: v.pipe(
      v.optional(v.string()),
      v.description("What kind of file it is, for people; parsers look at the bytes"),
    ),
    timeout: v.pipe(
      v.optional(v.pipe(v.number(), v.gtValue(0)), 30),
      v.description("Seconds for one attempt, redirects and body included"),
    ),
    verify_ssl: v.pipe(
      v.optional(v.boolean(), true),
      v.description("Whether the server's certificate must be trusted; false only on a trusted network"),
    ),
    max_redirects: v.pipe(v.optional(atLeast(0), 5), v.description("Redirects followed")),
    max_size_mb: v.pipe(
      v.optional(v.pipe(v.number(), v.gtValue(0)), 512),
      v.description("Largest file taken, in MiB, without its transfer encoding"),
    ),
    retries: v.pipe(
      v.optional(atLeast(0), 4),
      v.description("How often to ask again after a network error or the status 408, 429 or 5xx"),
    ),
    user_agent: v.pipe(v.optional(headerValue), v.description("What to say instead of ingestor/VERSION")),
    headers: v.pipe(
      v.optional(v.record(headerName, headerValue)),
      v.description("Further headers; but for Accept and Accept-Language not sent on to another host"),
    ),
  }),

  async extract(options, ctx) {
    if (!options.verify_ssl) ctx.warn("source.verify_ssl is false: anybody on the way can change what is fetched");
    const answer = await ctx.http.get(options.url, {
      headers: { ...options.headers, ...agentOf(options.user_agent), ...conditionsOf(ctx.validators) },
      timeoutSeconds: options.timeout,
      maxRedirects: options.max_redirects,
      maxBytes: options.max_size_mb * 1024 * 1024,
      retries: options.retries,
      verifyTls: options.verify_ssl,
      tempDir: ctx.tempDir,
      signal: ctx.signal,
      onProgress: (received, total) => ctx.progress(received, total),
      onRetry: (message) => ctx.warn(message),
    });
    if (answer.status !== 304) return sourceOf(answer.url, answer.headers, answer.body);
    if (Object.keys(conditionsOf(ctx.validators)).length > 0) return "unchanged";
    throw cannotFetch(answer.url, "the server says that it is unchanged, which nobody asked");
  },
});

function isWebUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function agentOf(agent: string | undefined): Record<string, string> {
  return agent === undefined ? {} : { "user-agent": agent };
}

function conditionsOf({ etag, last_modified }: Validators = {}): Record<string, string> {
  return {
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(last_modified === undefined ? {} : { "if-modified-since": last_modified }),
  };
}

function sourceOf(url: string, headers: Headers, blob: Blob): RawSource {
  if (blob.size === 0) throw cannotFetch(url, "the answer is empty");
  return {
    blob,
    url,
    media_type: headers.get("content-type") ?? undefined,
    etag: headers.get("etag") ?? undefined,
    last_modified: headers.get("last-modified") ?? undefined,
  };
}

function cannotFetch(url: string, reason: string): IngestorError {
  return new IngestorError("SOURCE", `Cannot fetch "${publicUrl(url)}": ${reason}`);
}
