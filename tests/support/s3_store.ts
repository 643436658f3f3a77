import { fixedCredentials } from "../../src/adapters/aws_credentials.ts";
import { s3Store, type S3Deps } from "../../src/adapters/s3.ts";
import { IngestorError } from "../../src/core/errors.ts";
import type { S3Location } from "../../src/core/ports.ts";
import { testKeys, type S3Server } from "./s3_server.ts";

export interface TestS3Settings extends S3Deps {
  location?: Partial<S3Location>;
}

/** A store on a test server that never waits; `waits` has what it would have waited, in milliseconds. */
export function storeOn(server: S3Server, { location, ...deps }: TestS3Settings = {}) {
  const waits: number[] = [];
  const where: S3Location = {
    kind: "s3",
    bucket: server.bucket,
    prefix: "",
    region: server.region,
    endpoint_url: server.endpoint,
    ...location,
  };
  const store = s3Store(where, {
    credentials: fixedCredentials(testKeys),
    env: {},
    random: () => 1,
    sleep: async (milliseconds) => void waits.push(milliseconds),
    ...deps,
  });
  return { store, waits };
}

/** What a promise rejects with, which must be an error of the program. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ code: string; message: string; hint: string | undefined }> {
  const thrown: unknown = await promise.then(
    () => new Error("nothing was thrown"),
    (error: unknown) => error,
  );
  if (!(thrown instanceof IngestorError)) throw thrown;
  return { code: thrown.code, message: thrown.message, hint: thrown.hint };
}
