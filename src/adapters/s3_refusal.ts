import { IngestorError } from "../core/errors.ts";

/** Why one request came to nothing. */
export interface Refusal {
  /** 0 where there was no answer. */
  status: number;
  /** S3's word for it, or the runtime's, or empty. */
  code: string;
  /** What the server says, or nothing. */
  message: string;
  /** Where the bucket is, if the server says so. */
  region?: string | undefined;
  /** The header of that name. */
  retryAfter?: string | undefined;
}

/** No answer within the time that there is for one. */
export const late: Refusal = { status: 0, code: "TIMEOUT", message: "" };
/** An answer that is not what it says of itself. */
export const corrupt: Refusal = { status: 0, code: "CORRUPT", message: "" };

/** An answer without the one thing that a compare-and-swap can go by. */
export function noEtag(status: number): Refusal {
  return { status, code: "", message: "the answer has no ETag" };
}

/** Reads an answer that is an error. */
export async function readRefusal(answer: Response): Promise<Refusal> {
  const { status, headers } = answer;
  const xml = await answer.text();
  return {
    status,
    code: textIn(xml, "Code"),
    message: textIn(xml, "Message"),
    region: headers.get("x-amz-bucket-region") ?? (textIn(xml, "Region") || undefined),
    retryAfter: headers.get("retry-after") ?? undefined,
  };
}

function textIn(xml: string, name: string): string {
  const [, text = ""] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity).trim();
}

const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&" };

/** What the network did, of what `fetch` or the SDK threw; undefined for anything else, such as a bug. */
export function networkRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || error instanceof IngestorError) return undefined;
  if (error.name === "TimeoutError") return late;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return code === undefined ? undefined : { status: 0, code, message: error.message };
}

/** Whether the server did not trust, or was not trusted. */
export function isCertificate({ code }: Refusal): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|CRL|INVALID_CA|PATH_LENGTH/.test(code);
}

const transientStatus = new Set([408, 429, 500, 502, 503, 504]);
const transientCode = new Set([
  "BadDigest",
  "BandwidthLimitExceeded",
  "ConditionalRequestConflict",
  "IncompleteBody",
  "OperationAborted",
  "RequestTimeout",
  "Throttling",
  "XAmzContentChecksumMismatch",
  "XAmzContentSHA256Mismatch",
]);

/** Whether the same request may fare better later. */
export function isTransient(refusal: Refusal): boolean {
  const { status, code } = refusal;
  if (status === 0) return !isCertificate(refusal);
  return transientStatus.has(status) || transientCode.has(code);
}

/** Whether keys were refused only because they have ended. */
export function isExpiry({ code }: Refusal): boolean {
  return ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"].includes(code);
}
