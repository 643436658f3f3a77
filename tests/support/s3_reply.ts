/** What the server answers. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
}

/** Ends the handling of a request with an error of S3; `more` are further elements of its XML. */
export class Refused extends Error {
  readonly reply: Reply;

  constructor(status: number, code: string, message = "", more: Record<string, string> = {}) {
    super(code);
    const elements = Object.entries({ Code: code, Message: message, ...more, RequestId: "0123456789ABCDEF" });
    this.reply = xmlReply(status, `<Error>${elements.map(([name, text]) => element(name, text)).join("")}</Error>`);
  }
}

export function xmlReply(status: number, xml: string): Reply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`;
  return { status, headers: { "content-type": "application/xml" }, body };
}

export function element(name: string, text: string): string {
  return `<${name}>${escape(text)}</${name}>`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign).replaceAll("\r", "&#13;");
}

/** The texts of all elements of that name. */
export function textsIn(xml: string, name: string): string[] {
  return Array.from(xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g")), ([, text = ""]) => unescape(text));
}

function unescape(text: string): string {
  return text
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, code) => String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => named[name] ?? "");
}

const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** As S3 writes a key where a listing is URL-encoded, and as it encodes what is signed. */
export function encodeUri(text: string): string {
  const escaped = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, escaped);
}
