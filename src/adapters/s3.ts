import { setTimeout as wait } from "node:timers/promises";
import { openGrace, type Grace } from "../core/grace.ts";
import { withCheckedKeys } from "../core/keys.ts";
import type { Clock, Etag, Expectation, ObjectStore, Random, S3Location, Sleep } from "../core/ports.ts";
import { awsCredentials, fixedCredentials, type AwsCredentials, type Env } from "./aws_credentials.ts";
import { s3Address } from "./s3_address.ts";
import type { s3Bulk } from "./s3_bulk.ts";
import { backoffAfter } from "./s3_backoff.ts";
import { cannot, type S3Act } from "./s3_explain.ts";
import { payloadOf } from "./s3_payload.ts";
import { isTransient, type Refusal } from "./s3_refusal.ts";
import { s3Sender, usualLimits, type S3Limits } from "./s3_send.ts";

/** All that a store takes from outside; what is not given is the process's own. */
export interface S3Deps {
  /** Where the location has no keys of its own. */
  credentials?: AwsCredentials;
  env?: Env;
  clock?: Clock;
  random?: Random;
  sleep?: Sleep;
  /** What is left to requests once the program is to end. */
  grace?: Grace;
  limits?: S3Limits;
}

/** Which put an object is from; see `isOurs`. */
const mark = "x-amz-meta-ingestor-put";

/**
 * Objects in a bucket. What is read and written goes through signed requests of our own; the SDK is loaded only to list,
 * to delete, and to find credentials that the environment does not hold.
 */
export function s3Store(location: S3Location, deps: S3Deps = {}): ObjectStore {
  const { env = process.env, random = Math.random, limits = usualLimits, grace = openGrace() } = deps;
  const { clock = { now: () => new Date() } } = deps;
  const { sleep = (ms, signal) => wait(ms, undefined, { signal }) } = deps;
  const address = s3Address(location, env);
  const credentials = ownCredentials(location) ?? deps.credentials ?? awsCredentials({ env, clock });
  const send = s3Sender({ region: location.region, credentials, clock, random, pause, grace, limits });
  const start = location.prefix === "" ? "" : `${location.prefix}/`;
  const bucket = `s3://${location.bucket}/`;
  const urlOf = (key: string) => address.urlOf(start + key);

  function refused(act: S3Act, objectKey: string, refusal: Refusal, attempts: number) {
    const stopped = grace.stop.aborted && isTransient(refusal);
    return cannot(bucket + objectKey, refusal, attempts, { location, address, act, stopped });
  }

  async function pause(milliseconds: number): Promise<boolean> {
    const { stop } = grace;
    if (stop.aborted) return false;
    await sleep(milliseconds, stop).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
    return !stop.aborted;
  }

  let loading: Promise<Bulk> | undefined;
  function bulk(): Promise<Bulk> {
    const pauseAfter = (attempt: number) => pause(backoffAfter(attempt, random));
    loading ??= import("./s3_bulk.ts").then(({ s3Bulk }) =>
      s3Bulk({ location, address, credentials, limits, grace, pauseAfter, cannot: refused }),
    );
    return loading;
  }

  /**
   * A refused condition need not mean that another was first: a request whose answer is lost is sent again, by us or
   * unseen by `fetch`, and then finds what it wrote itself. So every put on condition leaves a mark of its own.
   */
  async function ownEtag(key: string, put: string): Promise<Etag | undefined> {
    const sent = await send({ method: "HEAD", url: urlOf(key) });
    if ("answer" in sent) return sent.answer.headers.get(mark) === put ? sent.answer.etag : undefined;
    if (sent.refusal.status === 404) return undefined;
    throw refused("read", start + key, sent.refusal, sent.attempts);
  }

  return withCheckedKeys({
    name: (bucket + start).replace(/\/$/, ""),
    async get(key) {
      const sent = await send({ method: "GET", url: urlOf(key) });
      if ("answer" in sent) return { body: sent.answer.body, etag: sent.answer.etag };
      if (sent.refusal.code === "NoSuchKey") return undefined;
      throw refused("read", start + key, sent.refusal, sent.attempts);
    },
    async put(key, body, expect) {
      const payload = await payloadOf(body);
      const put = expect && crypto.randomUUID();
      const headers = { ...conditionOf(expect), ...(put && { [mark]: put }) };
      const sent = await send({ method: "PUT", url: urlOf(key), headers, payload });
      if ("answer" in sent) return sent.answer.etag;
      if (put && isUnmet(sent.refusal)) return ownEtag(key, put);
      throw refused("write", start + key, sent.refusal, sent.attempts);
    },
    async flush() {},
    async *list(prefix) {
      const { list } = await bulk();
      for await (const found of list(start + prefix)) yield { ...found, key: found.key.slice(start.length) };
    },
    async delete(keys) {
      if (keys.length === 0) return;
      const { remove } = await bulk();
      await remove(keys.map((key) => start + key));
    },
  });
}

type Bulk = ReturnType<typeof s3Bulk>;

function ownCredentials({ aws_access_key_id, aws_secret_access_key }: S3Location): AwsCredentials | undefined {
  if (!aws_access_key_id || !aws_secret_access_key) return undefined;
  return fixedCredentials({ accessKeyId: aws_access_key_id, secretAccessKey: aws_secret_access_key });
}

function conditionOf(expect: Expectation | undefined): Record<string, string> {
  if (expect === undefined) return {};
  return "absent" in expect ? { "if-none-match": "*" } : { "if-match": expect.etag };
}

/** Of a state that was expected, S3 says 404 where there is no object. */
function isUnmet({ status, code }: Refusal): boolean {
  return status === 412 || code === "NoSuchKey";
}
