import type { IncomingMessage } from "node:http";
import type { Signed } from "./s3_signature.ts";

export type S3Kind =
  | "CreateBucket"
  | "DeleteObject"
  | "DeleteObjects"
  | "GetObject"
  | "HeadBucket"
  | "HeadObject"
  | "ListObjectsV2"
  | "PutObject"
  | "Unknown";

export interface S3Entry {
  kind: S3Kind;
  bucket: string;
  key: string;
  headers: Signed["headers"];
  /** 0 where the connection was cut, or still is open. */
  status: number;
}

/** A request in the words of its signature. */
export function signedOf({ method = "", url: target = "", headers }: IncomingMessage): Signed {
  const single = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]);
  return { method, target, headers: Object.fromEntries(single) };
}

export function queryOf(target: string): URLSearchParams {
  return new URLSearchParams(target.split(/\?(.*)/s, 2)[1] ?? "");
}

/** What a request is about; a bucket in the host name is one only if there is one of that name. */
export function askedOf(
  { method, target, headers }: Signed,
  buckets: readonly string[],
): Pick<S3Entry, "kind" | "bucket" | "key"> {
  const path = (target.split("?")[0] ?? "").slice(1);
  const host = headers["host"] ?? "";
  const virtual = buckets.find((bucket) => host.startsWith(`${bucket}.`));
  const [bucket = "", key = ""] = virtual === undefined ? path.split(/\/(.*)/s, 2) : [virtual, path];
  return { kind: kindOf(method, key !== "", queryOf(target)), bucket, key: decodeURIComponent(key) };
}

function kindOf(method: string, hasKey: boolean, query: URLSearchParams): S3Kind {
  const ofObject: Record<string, S3Kind> = {
    GET: "GetObject",
    HEAD: "HeadObject",
    PUT: "PutObject",
    DELETE: "DeleteObject",
  };
  if (hasKey) return ofObject[method] ?? "Unknown";
  if (method === "POST" && query.has("delete")) return "DeleteObjects";
  if (method === "GET" && query.get("list-type") === "2") return "ListObjectsV2";
  return method === "PUT" ? "CreateBucket" : method === "HEAD" ? "HeadBucket" : "Unknown";
}
