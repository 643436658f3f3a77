import { createHash } from "node:crypto";
import type { ReceivedBody } from "./s3_body.ts";
import { element, encodeUri, Refused, textsIn, xmlReply, type Reply } from "./s3_reply.ts";

export interface KeptObject {
  body: Buffer;
  etag: string;
  modified: Date;
  /** What comes back with it: metadata, type, encoding, checksums. */
  headers: Record<string, string>;
}

export type Objects = Map<string, KeptObject>;

type Headers = Readonly<Record<string, string | undefined>>;

/** Decides and writes in one go, so that of any number of requests under way one wins. */
export function putObject(objects: Objects, key: string, { body, checksums }: ReceivedBody, headers: Headers): Reply {
  if (Buffer.byteLength(key) > 1024) throw new Refused(400, "KeyTooLongError", "Your key is too long");
  checkCondition(objects.get(key), headers);
  const etag = `"${createHash("md5").update(body).digest("hex")}"`;
  const kept = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-") || name === "content-type");
  const own = Object.fromEntries(kept.map(([name, value = ""]) => [name, value]));
  objects.set(key, { body, etag, modified: new Date(), headers: { ...own, ...checksums } });
  return { status: 200, headers: { etag, ...checksums } };
}

function checkCondition(found: KeptObject | undefined, headers: Headers): void {
  const [ifNoneMatch, ifMatch] = [headers["if-none-match"], headers["if-match"]];
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") throw new Refused(501, "NotImplemented", "If-None-Match");
  if (ifNoneMatch === "*" && found) throw preconditionFailed("If-None-Match");
  if (ifMatch === undefined) return;
  if (found === undefined) throw noSuchKey();
  if (ifMatch !== found.etag) throw preconditionFailed("If-Match");
}

function preconditionFailed(Condition: string): Refused {
  return new Refused(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    Condition,
  });
}

function noSuchKey(): Refused {
  return new Refused(404, "NoSuchKey", "The specified key does not exist.");
}

export function getObject(objects: Objects, key: string, headers: Headers): Reply {
  const found = objects.get(key);
  if (found === undefined) throw noSuchKey();
  const withChecksums = headers["x-amz-checksum-mode"] === "ENABLED";
  const shown = Object.entries(found.headers).filter(([name]) => withChecksums || !name.startsWith("x-amz-checksum-"));
  const { etag, modified, body } = found;
  return {
    status: 200,
    headers: { ...Object.fromEntries(shown), etag, "last-modified": modified.toUTCString() },
    body,
  };
}

/** DeleteObjects: of many keys at once; a checksum has to come with it. */
export function deleteObjects(objects: Objects, xml: string, headers: Headers): Reply {
  const isSummed = Object.keys(headers).some((name) => name === "content-md5" || name.startsWith("x-amz-checksum-"));
  if (!isSummed) throw new Refused(400, "InvalidRequest", "Missing required header for this request: Content-MD5");
  const keys = textsIn(xml, "Key");
  if (keys.length === 0 || keys.length > 1000)
    throw new Refused(400, "MalformedXML", "The XML you provided was not well-formed");
  for (const key of keys) objects.delete(key);
  const deleted = xml.includes("<Quiet>true</Quiet>") ? [] : keys;
  const listed = deleted.map((key) => `<Deleted>${element("Key", key)}</Deleted>`);
  return xmlReply(200, `<DeleteResult>${listed.join("")}</DeleteResult>`);
}

/** ListObjectsV2: what follows the token or `start-after`, in the order of the bytes of the keys. */
export function listObjects(name: string, objects: Objects, query: URLSearchParams): Reply {
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const token = query.get("continuation-token");
  const after = token === null ? (query.get("start-after") ?? "") : readToken(token);
  const most = Math.min(Number(query.get("max-keys") ?? 1000), 1000);
  const written = query.get("encoding-type") === "url" ? encodeUri : (text: string) => text;

  const entries = entriesOf(
    [...objects.keys()].filter((key) => key.startsWith(prefix)),
    prefix,
    delimiter,
  );
  const rest = entries.filter((entry) => after === "" || compare(entry, after) > 0);
  const page = rest.slice(0, most);
  const isTruncated = rest.length > page.length;
  const contents = page.map((entry) => {
    const found = objects.get(entry);
    if (found === undefined || isGroup(entry, prefix, delimiter))
      return `<CommonPrefixes>${element("Prefix", written(entry))}</CommonPrefixes>`;
    return `<Contents>${element("Key", written(entry))}${element("LastModified", found.modified.toISOString())}${element("ETag", found.etag)}${element("Size", String(found.body.length))}<StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const next = isTruncated ? element("NextContinuationToken", writeToken(page.at(-1) ?? "")) : "";
  const about = `${element("Name", name)}${element("Prefix", written(prefix))}${element("KeyCount", String(page.length))}${element("MaxKeys", String(most))}${element("IsTruncated", String(isTruncated))}`;
  return xmlReply(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${about}${next}${contents.join("")}</ListBucketResult>`,
  );
}

function entriesOf(keys: string[], prefix: string, delimiter: string): string[] {
  const cut = (key: string) => {
    const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? key : key.slice(0, at + delimiter.length);
  };
  return [...new Set(keys.map(cut))].toSorted(compare);
}

function isGroup(entry: string, prefix: string, delimiter: string): boolean {
  return delimiter !== "" && entry.endsWith(delimiter) && entry.length > prefix.length;
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Opaque, so that nobody takes it for a key. */
function writeToken(key: string): string {
  return `1${Buffer.from(key).toString("base64url")}`;
}

function readToken(token: string): string {
  if (!token.startsWith("1")) throw new Refused(400, "InvalidArgument", "The continuation token provided is incorrect");
  return Buffer.from(token.slice(1), "base64url").toString();
}
