import { IngestorError } from "../core/errors.ts";
import type { HttpAnswer, HttpGet } from "../core/ports.ts";
import { publicUrl } from "../core/url.ts";
import { receiveBody } from "./http_body.ts";
import { networkFailure, statusFailure, type Failure } from "./http_failure.ts";

/** The longest time that a timer can wait, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** Headers that may follow a redirect to another origin; the rest may be credentials. */
const harmless = new Set(["accept", "accept-language", "if-modified-since", "if-none-match", "user-agent"]);

/** Asks once, with all redirects and the body, within the request's timeout. Throws the signal's reason when stopped. */
export async function ask(asked: URL, headers: Headers, request: HttpGet): Promise<HttpAnswer | Failure> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DOMException("late", "TimeoutError")),
    Math.min(request.timeoutSeconds * 1000, longestTimer),
  );
  const at = { url: asked };
  try {
    return await follow(at, headers, request, AbortSignal.any([request.signal, late.signal]));
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    if (error instanceof IngestorError) throw error;
    return networkFailure(error, at.url.host, request);
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps in `at` how far it got. */
async function follow(at: { url: URL }, headers: Headers, request: HttpGet, signal: AbortSignal) {
  const asked = at.url;
  for (let hops = 0; hops <= request.maxRedirects; hops++) {
    const answer = await send(at.url, headers, request, signal);
    const location = redirectOf(answer);
    if (location === undefined) return take(answer, at.url, asked, request);
    await answer.body?.cancel();
    const next = nextUrl(location, at.url);
    if ("reason" in next) return next;
    headers = next.origin === at.url.origin ? headers : withoutCredentials(headers);
    at.url = next;
  }
  return permanent(`more than ${request.maxRedirects} redirects`, "check source.url, or raise source.max_redirects");
}

function send(url: URL, headers: Headers, request: HttpGet, signal: AbortSignal): Promise<Response> {
  return fetch(url, { headers, signal, redirect: "manual", tls: { rejectUnauthorized: request.verifyTls } });
}

function redirectOf({ status, headers }: Response): string | undefined {
  return [301, 302, 303, 307, 308].includes(status) ? (headers.get("location") ?? undefined) : undefined;
}

function nextUrl(location: string, from: URL): URL | Failure {
  const next = URL.parse(location, from.href);
  if (!next) return permanent("the server redirects to something that is no URL");
  if (next.protocol === "https:" || next.protocol === from.protocol) return next;
  return permanent(`the server redirects to "${publicUrl(next.href)}", which is not https`);
}

function withoutCredentials(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => harmless.has(name)));
}

async function take(answer: Response, url: URL, asked: URL, request: HttpGet): Promise<HttpAnswer | Failure> {
  const { status, headers } = answer;
  if (status !== 304 && !answer.ok) {
    await answer.body?.cancel();
    return statusFailure(answer, url, asked);
  }
  const body = status === 304 ? new Blob([]) : await receiveBody(answer, request);
  if (body) return { status, url: url.href, headers, body };
  return permanent(`more than ${mebibytes(request.maxBytes)} MiB`, "raise source.max_size_mb if that is right");
}

function permanent(reason: string, hint?: string): Failure {
  return { reason, hint, transient: false };
}

function mebibytes(bytes: number): number {
  return Number((bytes / 1024 / 1024).toPrecision(3));
}
