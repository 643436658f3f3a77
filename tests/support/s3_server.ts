import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { receivedBody } from "./s3_body.ts";
import { askedOf, queryOf, signedOf, type S3Entry, type S3Kind } from "./s3_asked.ts";
import { deleteObjects, getObject, listObjects, putObject, type Objects } from "./s3_bucket.ts";
import { Refused, type Reply } from "./s3_reply.ts";
import { verifySignature, type Signed, type TestKeys } from "./s3_signature.ts";

/** What goes wrong with one request. */
export interface S3Fault {
  delayMs?: number;
  /** Hang up before anything is done, or when all is done and the answer is due. */
  cut?: "before" | "after";
  /** Answer so, with nothing done. */
  answer?: Reply;
  /** As `answer`, though it is done. */
  answerAfter?: Reply;
}

/** Asked of every request that arrives, however it is signed. */
export type S3Faults = (request: S3Entry) => S3Fault | undefined;

export interface S3ServerSettings {
  credentials?: TestKeys | readonly TestKeys[];
  faults?: S3Faults;
  region?: string;
  buckets?: readonly string[];
  /** Takes every put, whatever its conditions, as some servers do. */
  ignoresConditions?: boolean;
  now?: () => number;
}

export const testKeys: TestKeys = { accessKeyId: "AKIATEST", secretAccessKey: "a/Secret+Key" };

/** An error as S3 words it, for faults. */
export function s3Error(
  status: number,
  code: string,
  more: { message?: string; headers?: Record<string, string> } = {},
) {
  const { reply } = new Refused(status, code, more.message);
  return { ...reply, headers: { ...reply.headers, ...more.headers } };
}

/**
 * A strict S3 in this process: signatures, checksums, conditions, listings; path style and, by the Host header, virtual
 * hosts. On `node:http`, because faults have to cut connections.
 */
export async function startS3Server(settings: S3ServerSettings = {}) {
  const { region = "us-east-1", buckets: names = ["test-bucket"], now = Date.now } = settings;
  const known = [settings.credentials ?? testKeys].flat();
  const buckets = new Map<string, Objects>(names.map((name) => [name, new Map()]));
  const objects: Objects = buckets.get(names[0] ?? "") ?? new Map();
  const log: S3Entry[] = [];
  let faults: S3Faults = settings.faults ?? (() => undefined);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const signed = signedOf(request);
    const raw = Buffer.concat(await Array.fromAsync(request));
    const asked = { ...askedOf(signed, [...buckets.keys()]), headers: signed.headers, status: 0 };
    log.push(asked);
    const fault = faults(asked) ?? {};
    if (fault.delayMs !== undefined) await Bun.sleep(fault.delayMs);
    if (fault.cut === "before") return void request.socket.destroy();
    const reply = fault.answer ?? answer(asked, signed, raw);
    if (fault.cut === "after") return void request.socket.destroy();
    const shown = fault.answerAfter ?? reply;
    asked.status = shown.status;
    send(response, shown, signed.method === "HEAD");
  }

  function answer(asked: S3Entry, signed: Signed, raw: Buffer): Reply {
    try {
      verifySignature(signed, known, region, now());
      return work(asked, signed, raw);
    } catch (error) {
      if (error instanceof Refused) return error.reply;
      throw error;
    }
  }

  function work({ kind, bucket, key }: S3Entry, { target, headers }: Signed, raw: Buffer): Reply {
    if (kind === "CreateBucket") {
      if (buckets.has(bucket)) throw new Refused(409, "BucketAlreadyOwnedByYou");
      buckets.set(bucket, new Map());
      return { status: 200 };
    }
    const found = buckets.get(bucket);
    if (found === undefined) throw new Refused(404, "NoSuchBucket", "The specified bucket does not exist");
    const received = receivedBody(raw, headers);
    switch (kind) {
      case "HeadBucket":
        return { status: 200, headers: { "x-amz-bucket-region": region } };
      case "GetObject":
      case "HeadObject":
        return getObject(found, key, headers);
      case "PutObject":
        return putObject(found, key, received, settings.ignoresConditions ? withoutConditions(headers) : headers);
      case "DeleteObject":
        found.delete(key);
        return { status: 204 };
      case "DeleteObjects":
        return deleteObjects(found, received.body.toString(), headers);
      case "ListObjectsV2":
        return listObjects(bucket, found, queryOf(target));
      case "Unknown":
        throw new Refused(501, "NotImplemented", "A header or query you provided is not implemented");
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      send(response, s3Error(500, "InternalError", { message: String(error) }), false),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: names[0] ?? "",
    region,
    /** Of the first bucket. */
    objects,
    buckets,
    /** Every request, in the order of their arrival. */
    log,
    counts(): Partial<Record<S3Kind, number>> {
      const kinds = Map.groupBy(log, ({ kind }) => kind);
      return Object.fromEntries([...kinds].map(([kind, entries]) => [kind, entries.length]));
    },
    /** In the place of the faults so far. */
    setFaults: (next: S3Faults) => void (faults = next),
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function withoutConditions(headers: Signed["headers"]): Signed["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^if-(none-)?match$/.test(name)));
}

export type S3Server = Awaited<ReturnType<typeof startS3Server>>;

function send(response: ServerResponse, { status, headers, body = "" }: Reply, isHead: boolean): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, {
    "x-amz-request-id": "0123456789ABCDEF",
    ...headers,
    ...(status !== 204 && { "content-length": length }),
  });
  response.end(isHead ? undefined : body);
}
