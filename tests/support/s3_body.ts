import { createHash } from "node:crypto";
import { Refused } from "./s3_reply.ts";

export interface ReceivedBody {
  body: Buffer;
  /** By header name: what the sender says of the body, and what is true of it. */
  checksums: Record<string, string>;
}

type Headers = Readonly<Record<string, string | undefined>>;

/** Undoes the framing of a body, and checks its hash and its checksums as S3 does. Throws `Refused`. */
export function receivedBody(raw: Buffer, headers: Headers): ReceivedBody {
  const declared = headers["x-amz-content-sha256"] ?? "";
  if (declared === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return unframed(raw, headers);
  if (declared.startsWith("STREAMING-")) throw new Refused(501, "NotImplemented", `${declared} is not known here`);
  if (declared !== "UNSIGNED-PAYLOAD" && declared !== createHash("sha256").update(raw).digest("hex")) {
    throw new Refused(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match");
  }
  const md5 = headers["content-md5"];
  if (md5 !== undefined && md5 !== createHash("md5").update(raw).digest("base64")) throw badDigest("Content-MD5");
  return { body: raw, checksums: checked(raw, headers) };
}

/** `aws-chunked`: chunks with their length in hex, then trailers, of which one is a checksum. */
function unframed(raw: Buffer, headers: Headers): ReceivedBody {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = raw.indexOf("\r\n", at);
    const size = Number.parseInt(raw.toString("latin1", at, end), 16);
    if (end < 0 || !Number.isSafeInteger(size)) throw new Refused(400, "IncompleteBody", "The chunks are malformed");
    at = end + 2;
    if (size === 0) break;
    chunks.push(raw.subarray(at, at + size));
    at += size + 2;
  }
  const trailers = raw
    .toString("latin1", at)
    .split("\r\n")
    .filter((line) => line !== "");
  const pairs = trailers.map((line) => line.split(/:\s*(.*)/s, 2).map((part) => part.trim()));
  const trailer = Object.fromEntries(pairs.map(([name = "", value = ""]) => [name.toLowerCase(), value]));
  const body = Buffer.concat(chunks);
  if (headers["x-amz-decoded-content-length"] !== String(body.length)) {
    throw new Refused(400, "IncompleteBody", "You did not provide the number of bytes specified");
  }
  const announced = headers["x-amz-trailer"];
  if (announced !== undefined && !(announced in trailer)) throw new Refused(400, "MalformedTrailerError", announced);
  return { body, checksums: checked(body, { ...headers, ...trailer }) };
}

function checked(body: Buffer, headers: Headers): Record<string, string> {
  const given = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-checksum-"));
  const checksums: Record<string, string> = {};
  for (const [name, value = ""] of given) {
    const compute = algorithms[name.slice("x-amz-checksum-".length)];
    if (name === "x-amz-checksum-mode") continue;
    if (compute === undefined) throw new Refused(501, "NotImplemented", name);
    if (compute(body) !== value) throw badDigest(name);
    checksums[name] = value;
  }
  return checksums;
}

function badDigest(name: string): Refused {
  return new Refused(400, "BadDigest", `The ${name} you specified did not match the calculated checksum.`);
}

const algorithms: Record<string, (body: Buffer) => string> = {
  crc32: (body) => uint32(Bun.hash.crc32(body)),
  crc32c: (body) => uint32(crc32c(body)),
  sha1: (body) => createHash("sha1").update(body).digest("base64"),
  sha256: (body) => createHash("sha256").update(body).digest("base64"),
};

function uint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString("base64");
}

const castagnoli = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(body: Buffer): number {
  let value = 0xffffffff;
  for (const byte of body) value = (value >>> 8) ^ (castagnoli[(value ^ byte) & 0xff] ?? 0);
  return value ^ 0xffffffff;
}
