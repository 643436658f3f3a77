import { open, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { IngestorError, reasonOf } from "../core/errors.ts";
import type { HttpGet } from "../core/ports.ts";

/** Bodies up to this many bytes stay in memory. */
export const memoryLimit = 8 * 1024 * 1024;

/**
 * The body of an answer, in memory or in a file in `tempDir`; undefined if it has more than `maxBytes`.
 * Throws what `fetch` throws when the body breaks off, and an `IngestorError` (`STORAGE`) when the file cannot be written.
 */
export async function receiveBody(answer: Response, request: HttpGet): Promise<Blob | undefined> {
  const total = plainLength(answer);
  const type = answer.headers.get("content-type") ?? "";
  if (total !== undefined && total > request.maxBytes) return refuse(answer);

  const body = bodyBuffer(request.tempDir, type);
  let received = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      received += chunk.byteLength;
      if (received > request.maxBytes) return await body.discard();
      await body.add(chunk);
      request.onProgress?.(received, total);
    }
    return await body.blob();
  } catch (error) {
    await body.discard();
    throw error;
  }
}

async function refuse(answer: Response): Promise<undefined> {
  await answer.body?.cancel();
  return undefined;
}

/** `Content-Length`, but not of an encoded body: what arrives has the decoded length. */
function plainLength({ headers }: Response): number | undefined {
  const length = Number(headers.get("content-length") ?? Number.NaN);
  const encoding = headers.get("content-encoding") ?? "identity";
  return encoding === "identity" && Number.isSafeInteger(length) ? length : undefined;
}

function bodyBuffer(tempDir: string, type: string) {
  const path = join(tempDir, `body-${crypto.randomUUID()}`);
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let file: FileHandle | undefined;

  async function spill(): Promise<void> {
    file ??= await open(path, "wx");
    for (const chunk of chunks) await file.appendFile(chunk);
    chunks = [];
  }

  return {
    async add(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > memoryLimit) await spill().catch((error: unknown) => cannotWrite(path, error));
    },
    async blob(): Promise<Blob> {
      await file?.close();
      return file ? Bun.file(path, { type }) : new Blob(chunks, { type });
    },
    async discard(): Promise<undefined> {
      await file?.close();
      if (file) await rm(path, { force: true });
    },
  };
}

function cannotWrite(path: string, error: unknown): never {
  throw new IngestorError("STORAGE", `Cannot write "${path}": ${reasonOf(error)}`, { cause: error });
}
