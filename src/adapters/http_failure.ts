import { IngestorError, reasonOf } from "../core/errors.ts";
import type { HttpGet } from "../core/ports.ts";
import { publicUrl } from "../core/url.ts";

/** Why one attempt came to nothing. */
export interface Failure {
  reason: string;
  hint?: string | undefined;
  /** Whether the same request may fare better later. */
  transient: boolean;
  /** The header of that name. */
  retryAfter?: string | null;
}

/** The error for a request given up after that many attempts. */
export function cannotFetch(url: string, { reason, hint }: Failure, attempts: number): IngestorError {
  const tries = attempts > 1 ? `, after ${attempts} attempts` : "";
  return new IngestorError("SOURCE", `Cannot fetch "${publicUrl(url)}": ${reason}${tries}`, { hint });
}

/** What a status other than 2xx and 304 means, of an answer that came from `url` to a request for `asked`. */
export function statusFailure(answer: Response, url: URL, asked: URL): Failure {
  const { status } = answer;
  const elsewhere = url.href === asked.href ? "" : ` from "${publicUrl(url.href)}"`;
  return {
    reason: `${status} ${answer.statusText}`.trimEnd() + elsewhere,
    hint: statusHint(status),
    transient: status === 408 || status === 429 || status >= 500,
    retryAfter: answer.headers.get("retry-after"),
  };
}

function statusHint(status: number): string | undefined {
  if (status === 401 || status === 403)
    return "check the credentials in source.url or source.headers; some servers refuse an unknown source.user_agent";
  if (status === 404 || status === 410) return "check source.url";
  if (status === 429) return "the server wants fewer requests; run less often";
  return undefined;
}

/** What `fetch` threw, in the operator's words. Its own text may quote the whole URL, so it is not used where the code says enough. */
export function networkFailure(error: unknown, host: string, request: HttpGet): Failure {
  const code = codeOf(error);
  if (code !== undefined && certificateCode.test(code)) return certificateFailure(code, reasonOf(error));
  const known = networkReasons[code ?? ""];
  if (known) return { transient: true, ...known(host, request) };
  return { reason: code ?? reasonOf(error), transient: code !== undefined };
}

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|CRL|INVALID_CA|PATH_LENGTH/;

function certificateFailure(code: string, text: string): Failure {
  return {
    reason: `the TLS certificate is not trusted: ${code === "ERR_TLS_CERT_ALTNAME_INVALID" ? "it is for another host" : text}`,
    hint: "set source.verify_ssl: false only if you trust the network all the way to the source",
    transient: false,
  };
}

const networkReasons: Record<string, (host: string, request: HttpGet) => { reason: string; hint?: string }> = {
  ECONNREFUSED: (host) => ({ reason: `"${host}" refuses the connection`, hint: "check host and port in source.url" }),
  ECONNRESET: () => ({ reason: "the connection was closed before the answer was complete" }),
  EPROTO: () => ({ reason: "the TLS handshake failed", hint: "check whether source.url should begin with http://" }),
  ENOTFOUND: (host) => ({
    reason: `the host "${host}" is unknown`,
    hint: "check source.url, and that this machine can look up names (DNS)",
  }),
  TIMEOUT: (_, { timeoutSeconds }) => ({
    reason: `no complete answer within ${timeoutSeconds} s`,
    hint: "raise source.timeout",
  }),
  ZlibError: () => ({ reason: "the compressed body is broken" }),
};

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === "TimeoutError") return "TIMEOUT";
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
