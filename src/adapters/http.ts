import { setTimeout as wait } from "node:timers/promises";
import { IngestorError } from "../core/errors.ts";
import type { Clock, HttpAnswer, HttpClient, HttpGet, Random } from "../core/ports.ts";
import { retryAfter } from "../core/retry_after.ts";
import { publicUrl } from "../core/url.ts";
import { cannotFetch, type Failure } from "./http_failure.ts";
import { ask } from "./http_request.ts";

export interface HttpSettings {
  /** Of this program, for the `User-Agent`. */
  version: string;
  clock?: Clock;
  random?: Random;
  /** Ends early, in whatever way, when the signal aborts. */
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const firstBackoff = 500;
const longestBackoff = 30_000;

/** A client on the runtime's own `fetch`, which also undoes content encodings. */
export function httpClient({
  version,
  clock = { now: () => new Date() },
  random = Math.random,
  sleep = (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
}: HttpSettings): HttpClient {
  async function get(url: string, request: HttpGet): Promise<HttpAnswer> {
    const asked = readUrl(url);
    const headers = new Headers({ "user-agent": `ingestor/${version}`, ...lowerCased(request.headers) });
    for (let attempt = 1; ; attempt++) {
      request.signal.throwIfAborted();
      const outcome = await ask(asked, headers, request);
      if (!("reason" in outcome)) return outcome;
      if (!outcome.transient || attempt > request.retries) throw cannotFetch(url, outcome, attempt);
      const wait = pauseAfter(outcome, attempt);
      request.onRetry?.(`${cannotFetch(url, outcome, 1).message}; trying again in ${seconds(wait)} s`);
      await sleep(wait, request.signal).catch((error: unknown) => {
        throw request.signal.aborted ? request.signal.reason : error;
      });
    }
  }

  function pauseAfter(failure: Failure, attempt: number): number {
    const backoff = random() * Math.min(longestBackoff, firstBackoff * 2 ** (attempt - 1));
    return Math.max(backoff, retryAfter(failure.retryAfter, clock.now()));
  }

  return { get };
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  const reason = url ? `"${url.protocol}" is not supported` : "it is not a URL";
  throw new IngestorError("SOURCE", `Cannot fetch "${publicUrl(text)}": ${reason}`, {
    hint: "source.url begins with https:// or http://",
  });
}

function lowerCased(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
