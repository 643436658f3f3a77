import { DeleteObjectCommand, DeleteObjectsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { unlessAborted } from "../core/abort.ts";
import type { IngestorError } from "../core/errors.ts";
import type { Grace } from "../core/grace.ts";
import { inParallel } from "../core/parallel.ts";
import type { ObjectInfo } from "../core/ports.ts";
import { clientRefusal, inFlight, s3Client, type ClientSettings } from "./s3_client.ts";
import type { S3Act } from "./s3_explain.ts";
import { isTransient, type Refusal } from "./s3_refusal.ts";

/** As many as one request can name. */
const mostAtOnce = 1000;

export interface BulkSettings extends Omit<ClientSettings, "stop"> {
  grace: Grace;
  /** Waits as long as one does after that attempt; false where the program is to end, and nothing is tried again. */
  pauseAfter(attempt: number): Promise<boolean>;
  /** The error for what came to nothing. */
  cannot(act: S3Act, key: string, refusal: Refusal, attempts: number): IngestorError;
}

/** What takes the SDK: requests whose body is XML. Keys are those of the bucket. */
export function s3Bulk({ grace, pauseAfter, cannot, ...settings }: BulkSettings) {
  const client = s3Client({ ...settings, stop: grace.stop });
  const { limits, location } = settings;
  const Bucket = location.bucket;

  async function explained<T>(
    act: S3Act,
    key: string,
    work: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await grace.limit((over) => unlessAborted(over, work({ abortSignal: over })));
    } catch (error) {
      const failed = clientRefusal(error);
      throw failed ? cannot(act, key, failed.refusal, failed.attempts) : error;
    }
  }

  async function* list(Prefix: string): AsyncIterable<ObjectInfo> {
    let token: string | undefined;
    do {
      // Without an encoding, XML has no way to say some keys.
      const command = new ListObjectsV2Command({ Bucket, Prefix, EncodingType: "url", ContinuationToken: token });
      const page = await explained("list", Prefix, (options) => client.send(command, options));
      for (const { Key = "", Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
        yield { key: decodeURIComponent(Key.replaceAll("+", " ")), size: Size, modified: LastModified };
      }
      const next = page.IsTruncated ? page.NextContinuationToken : undefined;
      // The listing would end early without a word, or never.
      if (page.IsTruncated && (next === undefined || next === token)) throw cannot("list", Prefix, stuck, 1);
      token = next;
      if (token !== undefined) grace.stop.throwIfAborted();
    } while (token !== undefined);
  }

  async function remove(keys: readonly string[]): Promise<void> {
    const groups = inGroups(keys.filter((key) => !unsayable.test(key)));
    await inParallel(inFlight, groups, (group) => removeTogether(group, 1));
    await inParallel(
      inFlight,
      keys.filter((key) => unsayable.test(key)),
      (Key) => explained("delete", Key, (options) => client.send(new DeleteObjectCommand({ Bucket, Key }), options)),
    );
  }

  async function removeTogether(keys: readonly string[], attempt: number): Promise<void> {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
    const command = new DeleteObjectsCommand({ Bucket, Delete });
    const { Errors = [] } = await explained("delete", keys[0] ?? "", (options) => client.send(command, options));
    const [first] = Errors;
    if (first === undefined) return;
    const refusals = Errors.map(({ Code = "", Message = "" }) => ({
      status: statusOf(Code),
      code: Code,
      message: Message,
    }));
    const final = refusals.findIndex((refusal) => !isTransient(refusal));
    const worst = Math.max(final, 0);
    if (final >= 0 || attempt >= limits.attempts || !(await pauseAfter(attempt))) {
      throw cannot("delete", Errors[worst]?.Key ?? "", refusals[worst] ?? stuck, attempt);
    }
    return removeTogether(
      Errors.flatMap(({ Key }) => Key ?? []),
      attempt + 1,
    );
  }

  return { list, remove };
}

/** What XML 1.0 cannot say, and so a delete of many cannot name. */
const unsayable = /[^\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

const stuck: Refusal = { status: 200, code: "", message: "the listing goes on, but S3 does not say where" };

function inGroups(keys: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(keys.length / mostAtOnce) }, (_, index) =>
    keys.slice(index * mostAtOnce, (index + 1) * mostAtOnce),
  );
}

/** The answer to a delete of many is a 200, whatever became of each; the code says what its own would have been. */
function statusOf(code: string): number {
  if (code === "AccessDenied") return 403;
  return ["InternalError", "SlowDown", "ServiceUnavailable"].includes(code) ? 503 : 400;
}
