/** What a PUT sends, with its hash. */
export interface Payload {
  body: Uint8Array | Blob;
  /** Bytes. */
  size: number;
  sha256: Buffer;
}

/** The hash of a Blob is made piece by piece: one that lies in a file never is in memory. */
export async function payloadOf(body: Uint8Array | Blob): Promise<Payload> {
  const hasher = new Bun.CryptoHasher("sha256");
  if (body instanceof Blob) for await (const chunk of body.stream()) hasher.update(chunk);
  else hasher.update(body);
  return { body, size: body instanceof Blob ? body.size : body.byteLength, sha256: hasher.digest() };
}

const empty = new Bun.CryptoHasher("sha256").digest("hex");

/** One hash does for both: the signature covers the body, and S3 keeps it as the object's checksum and gives it back. */
export function payloadHeaders(payload: Payload | undefined): Record<string, string> {
  if (payload === undefined) return { "x-amz-content-sha256": empty, "x-amz-checksum-mode": "ENABLED" };
  return {
    "x-amz-content-sha256": payload.sha256.toString("hex"),
    "x-amz-checksum-sha256": payload.sha256.toString("base64"),
  };
}

/** Whether a body is what the answer says of it, as far as it does: the checksum of an object in parts is none of the whole. */
export function isIntact({ headers }: Response, body: Uint8Array): boolean {
  const length = headers.get("content-length");
  if (length !== null && Number(length) !== body.byteLength) return false;
  const checksum = headers.get("x-amz-checksum-sha256");
  if (checksum === null || checksum.includes("-")) return true;
  return new Bun.CryptoHasher("sha256").update(body).digest("base64") === checksum;
}
