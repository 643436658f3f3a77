import { createHash, createHmac } from "node:crypto";
import { encodeUri, Refused } from "./s3_reply.ts";

export interface TestKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** Refused as keys that have ended. */
  expired?: boolean;
}

/** A request as it arrived. Names of headers are in lower case. */
export interface Signed {
  method: string;
  /** With the query, as sent. */
  target: string;
  headers: Readonly<Record<string, string | undefined>>;
}

const longestSkew = 15 * 60_000;

/** Verifies the signature (AWS4-HMAC-SHA256, in the header) as S3 does. Throws `Refused`. */
export function verifySignature(request: Signed, known: readonly TestKeys[], region: string, now: number): void {
  const { headers } = request;
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const authorization = headers["authorization"];
  if (authorization === undefined) throw new Refused(403, "AccessDenied", "Access Denied");
  const [, id = "", date = "", signedFor = "", names = "", signature = ""] = pattern.exec(authorization) ?? [];
  if (signature === "") throw new Refused(400, "AuthorizationHeaderMalformed", "The authorization header is malformed");
  if (signedFor !== region) throw wrongRegion(signedFor, region);

  const keys = keysOf(id, headers, known);
  const time = timeOf(headers, date);
  checkSkew(time, now);
  checkSigned(names.split(";"), headers);

  const canonical = canonicalRequest(request, names.split(";"));
  const text = ["AWS4-HMAC-SHA256", time, `${date}/${region}/s3/aws4_request`, sha256(canonical)].join("\n");
  const key = [date, region, "s3", "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${keys.secretAccessKey}`);
  if (hmac(key, text).toString("hex") !== signature) {
    throw new Refused(403, "SignatureDoesNotMatch", "The request signature we calculated does not match", {
      CanonicalRequest: canonical,
    });
  }
}

function wrongRegion(signedFor: string, region: string): Refused {
  const message = `The authorization header is malformed; the region '${signedFor}' is wrong; expecting '${region}'`;
  return new Refused(400, "AuthorizationHeaderMalformed", message, { Region: region });
}

function keysOf(id: string, headers: Signed["headers"], known: readonly TestKeys[]): TestKeys {
  const keys = known.find(({ accessKeyId }) => accessKeyId === id);
  if (keys === undefined) {
    throw new Refused(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
  }
  if (keys.expired) throw new Refused(400, "ExpiredToken", "The provided token has expired.");
  if (headers["x-amz-security-token"] !== keys.sessionToken) {
    throw new Refused(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
  }
  return keys;
}

function timeOf(headers: Signed["headers"], date: string): string {
  const time = headers["x-amz-date"] ?? "";
  if (!/^\d{8}T\d{6}Z$/.test(time) || !time.startsWith(date)) throw new Refused(403, "AccessDenied", "Invalid date");
  return time;
}

function checkSkew(time: string, now: number): void {
  const sent = Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (Math.abs(sent - now) <= longestSkew) return;
  throw new Refused(
    403,
    "RequestTimeTooSkewed",
    "The difference between the request time and the current time is too large.",
  );
}

/** Host and everything that begins with x-amz- has to be covered, or it could be changed on the way. */
function checkSigned(names: readonly string[], headers: Signed["headers"]): void {
  const needed = ["host", ...Object.keys(headers).filter((name) => name.startsWith("x-amz-"))];
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new Refused(
      403,
      "AccessDenied",
      `There were headers present in the request which were not signed: ${missing.join(", ")}`,
    );
  if (headers["x-amz-content-sha256"] === undefined) {
    throw new Refused(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
}

function canonicalRequest({ method, target, headers }: Signed, names: readonly string[]): string {
  const [path = "", query = ""] = target.split(/\?(.*)/s, 2);
  const parameters = [...new URLSearchParams(query)].map((pair) => pair.map(encodeUri).join("="));
  return [
    method,
    path
      .split("/")
      .map((segment) => encodeUri(decodeURIComponent(segment)))
      .join("/"),
    parameters.toSorted((a, b) => (a < b ? -1 : 1)).join("&"),
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    headers["x-amz-content-sha256"],
  ].join("\n");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
