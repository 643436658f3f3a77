import type { AwsCredentials } from "./aws_credentials.ts";

const attemptTimeoutMs = 5_000;

/** What clients of the SDK that send small requests have in common. */
export function sdkSettings(region: string, credentials: AwsCredentials, maxAttempts: number) {
  return {
    region,
    maxAttempts,
    requestHandler: {
      connectionTimeout: attemptTimeoutMs,
      requestTimeout: attemptTimeoutMs,
      // The SDK would only warn.
      throwOnRequestTimeout: true,
    },
    // A copy: the SDK writes into it where the keys are from.
    credentials: async () => ({ ...(await credentials.current()) }),
  };
}
