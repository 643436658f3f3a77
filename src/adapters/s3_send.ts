import { AwsV4Signer } from "aws4fetch";
import { unlessAborted } from "../core/abort.ts";
import type { Grace } from "../core/grace.ts";
import type { Clock, Etag, Random } from "../core/ports.ts";
import { retryAfter } from "../core/retry_after.ts";
import type { AwsCredentials, AwsKeys } from "./aws_credentials.ts";
import { backoffAfter } from "./s3_backoff.ts";
import { isIntact, payloadHeaders, type Payload } from "./s3_payload.ts";
import {
  corrupt,
  isExpiry,
  isTransient,
  late,
  networkRefusal,
  noEtag,
  readRefusal,
  type Refusal,
} from "./s3_refusal.ts";

export interface S3Request {
  method: "GET" | "HEAD" | "PUT";
  url: string;
  headers?: Record<string, string>;
  payload?: Payload;
}

export interface S3Answer {
  etag: Etag;
  headers: Headers;
  body: Uint8Array;
}

/** What came of a request: an answer of the kind 2xx, or why there was none after that many attempts. */
export type Sent = { answer: S3Answer } | { refusal: Refusal; attempts: number };

export interface S3Limits {
  attempts: number;
  /** For one attempt, beside the time that its body takes. */
  attemptMs: number;
  /** No attempt begins later than this after the first, again beside the time for the body. */
  requestMs: number;
}

export const usualLimits: S3Limits = { attempts: 6, attemptMs: 30_000, requestMs: 120_000 };

export interface SendSettings {
  region: string;
  credentials: AwsCredentials;
  clock: Clock;
  random: Random;
  /** False where the program is to end, and nothing is tried again. */
  pause: (milliseconds: number) => Promise<boolean>;
  grace: Grace;
  limits: S3Limits;
}

/** Slower than this is as good as hanging. */
const slowestBytesPerMs = 128;

/** Sends signed requests with the runtime's own `fetch`: a tenth of what they cost with the SDK. */
export function s3Sender({ region, credentials, clock, random, pause, grace, limits }: SendSettings) {
  const signingKeys = new Map<string, ArrayBuffer>();

  async function sign(request: S3Request, keys: AwsKeys): Promise<Headers> {
    const { headers } = await new AwsV4Signer({
      ...keys,
      method: request.method,
      url: request.url,
      headers: { ...payloadHeaders(request.payload), ...request.headers },
      service: "s3",
      region,
      cache: signingKeys,
      datetime: clock
        .now()
        .toISOString()
        .replace(/[:-]|\.\d{3}/g, ""),
    }).sign();
    // Not signed, as servers on the way may rewrite it. `fetch` would undo an encoding, and the body be another.
    headers.set("accept-encoding", "identity");
    return headers;
  }

  async function exchange(request: S3Request, keys: AwsKeys, signal: AbortSignal): Promise<Response> {
    const { method, url, payload } = request;
    const headers = await sign(request, keys);
    // The types do not say that fetch takes the bytes of any buffer.
    const body = payload?.body as BodyInit | undefined;
    return fetch(url, { method, headers, signal, redirect: "manual", decompress: false, ...(body && { body }) });
  }

  async function ask(request: S3Request, keys: AwsKeys, over: AbortSignal): Promise<S3Answer | Refusal> {
    const alarm = alarmClock();
    over.addEventListener("abort", alarm.ring);
    alarm.set(limits.attemptMs + timeFor(request.payload?.size));
    try {
      const answer = await exchange(request, keys, alarm.signal);
      if (!answer.ok) return await readRefusal(answer);
      alarm.set(limits.attemptMs + timeFor(Number(answer.headers.get("content-length"))));
      return await receive(answer, request);
    } catch (error) {
      const refusal = alarm.signal.aborted ? late : networkRefusal(error);
      if (refusal === undefined) throw error;
      return refusal;
    } finally {
      alarm.stop();
    }
  }

  function attemptOnce(request: S3Request): Promise<{ keys: AwsKeys; outcome: S3Answer | Refusal }> {
    return grace.limit(async (over) => {
      const keys = await unlessAborted(over, credentials.current());
      return { keys, outcome: await ask(request, keys, over) };
    });
  }

  return async function send(request: S3Request): Promise<Sent> {
    const end = clock.now().getTime() + limits.requestMs + timeFor(request.payload?.size);
    let isRenewed = false;
    for (let attempt = 1; ; attempt++) {
      const { keys, outcome } = await attemptOnce(request);
      if ("body" in outcome) return { answer: outcome };
      if (isExpiry(outcome) && !isRenewed && !grace.stop.aborted) {
        isRenewed = true;
        if (await grace.limit((over) => unlessAborted(over, credentials.renew(keys)))) continue;
      }
      const now = clock.now();
      const wait = Math.max(backoffAfter(attempt, random), retryAfter(outcome.retryAfter, now));
      const isLast = attempt >= limits.attempts || now.getTime() + wait >= end || !isTransient(outcome);
      if (isLast || !(await pause(wait))) return { refusal: outcome, attempts: attempt };
    }
  };
}

async function receive(answer: Response, { method }: S3Request): Promise<S3Answer | Refusal> {
  const { headers, status } = answer;
  const body = await answer.bytes();
  if (method === "GET" && !isIntact(answer, body)) return corrupt;
  const etag = headers.get("etag");
  return etag === null ? noEtag(status) : { etag, headers, body };
}

/** Aborts its signal when the time is over that was set last, or at once. */
function alarmClock() {
  const controller = new AbortController();
  const ring = () => controller.abort(new DOMException("late", "TimeoutError"));
  let timer: Timer | undefined;
  return {
    signal: controller.signal,
    set(milliseconds: number): void {
      clearTimeout(timer);
      timer = setTimeout(ring, milliseconds);
    },
    ring,
    stop: () => clearTimeout(timer),
  };
}

function timeFor(bytes = 0): number {
  return Math.ceil(bytes / slowestBytesPerMs);
}
