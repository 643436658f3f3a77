import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { unlessAborted } from "../core/abort.ts";
import type { S3Location } from "../core/ports.ts";
import type { AwsCredentials } from "./aws_credentials.ts";
import type { S3Address } from "./s3_address.ts";
import { networkRefusal, type Refusal } from "./s3_refusal.ts";
import type { S3Limits } from "./s3_send.ts";

export interface ClientSettings {
  location: S3Location;
  address: S3Address;
  credentials: AwsCredentials;
  limits: S3Limits;
  /** Ends the retries. */
  stop?: AbortSignal;
}

/** How many requests of the client are under way at once. */
export const inFlight = 16;

/** The SDK's client. Its handler on `fetch` would undo content encodings, and by default no timeout ends a request. */
export function s3Client({ location, address, credentials, limits, stop }: ClientSettings): S3Client {
  const agent = { keepAlive: true, maxSockets: inFlight };
  const client = new S3Client({
    region: location.region,
    endpoint: address.endpoint,
    forcePathStyle: address.pathStyle,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    maxAttempts: limits.attempts,
    // A copy: the SDK writes into it where the keys are from.
    credentials: async () => ({ ...(await credentials.current()) }),
    requestHandler: new NodeHttpHandler({
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
      requestTimeout: limits.attemptMs,
      throwOnRequestTimeout: true,
    }),
  });
  if (stop) endRetries(client, stop);
  return client;
}

/** From then on, what the last attempt came to is thrown at once, also from the wait before the next. */
function endRetries({ config }: S3Client, stop: AbortSignal): void {
  const { retryStrategy } = config;
  config.retryStrategy = async () => {
    const strategy = await retryStrategy();
    if (!("refreshRetryTokenForRetry" in strategy)) return strategy;
    return {
      acquireInitialRetryToken: (scope) => strategy.acquireInitialRetryToken(scope),
      refreshRetryTokenForRetry: (token, failure) =>
        unlessAborted(stop, strategy.refreshRetryTokenForRetry(token, failure)),
      recordSuccess: (token) => strategy.recordSuccess(token),
    };
  };
}

/** Why a command failed, of what the client threw; undefined for anything that is neither S3's nor the network's doing. */
export function clientRefusal(error: unknown): { refusal: Refusal; attempts: number } | undefined {
  const refusal = error instanceof S3ServiceException ? serviceRefusal(error) : networkRefusal(error);
  return refusal && { refusal, attempts: attemptsOf(error) };
}

function serviceRefusal({ name, message, $metadata, $response }: S3ServiceException): Refusal {
  const region = $response?.headers["x-amz-bucket-region"];
  return { status: $metadata.httpStatusCode ?? 0, code: name, message, region };
}

/** The SDK writes it on whatever it throws, but does not say so in its types. */
function attemptsOf(error: unknown): number {
  const { $metadata } = error as { $metadata?: { attempts?: number } };
  return $metadata?.attempts ?? 1;
}
