import type { Clock } from "../core/ports.ts";

export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** When they end, of keys that do. */
  expiration?: Date;
}

/** Where the keys come from that requests to AWS are signed with. */
export interface AwsCredentials {
  /** Keys that are valid now. Throws an `IngestorError` (`CONFIG`) if there are none. */
  current(): Promise<AwsKeys>;
  /** Others, in the place of keys that were refused as expired; undefined where there can be none. */
  renew(refused: AwsKeys): Promise<AwsKeys | undefined>;
}

export type Env = Readonly<Record<string, string | undefined>>;

export interface CredentialSettings {
  env?: Env;
  clock?: Clock;
  /** Finds keys where the environment has none: as the SDK does, unless a test knows better. */
  find?: (env: Env) => Promise<AwsKeys>;
}

/** Keys are renewed this long before they end, beside the requests that still use them. */
const margin = 300_000;

/**
 * The keys of the environment; where it has none those of a profile, a web identity, the container or the machine, kept
 * until shortly before they end. The SDK is loaded only for these.
 */
export function awsCredentials({
  env = process.env,
  clock = { now: () => new Date() },
  find = findWithSdk,
}: CredentialSettings = {}): AwsCredentials {
  const fixed = keysIn(env);
  return fixed ? fixedCredentials(fixed) : foundCredentials(() => find(env), clock);
}

/** The same keys for ever. */
export function fixedCredentials(keys: AwsKeys): AwsCredentials {
  return { current: async () => keys, renew: async () => undefined };
}

/** The same, and `tell` hears of every secret that they hold. */
export function toldCredentials(credentials: AwsCredentials, tell: (value: string) => void): AwsCredentials {
  function told<T extends AwsKeys | undefined>(keys: T): T {
    for (const value of [keys?.accessKeyId, keys?.secretAccessKey, keys?.sessionToken]) if (value) tell(value);
    return keys;
  }
  return {
    current: async () => told(await credentials.current()),
    renew: async (refused) => told(await credentials.renew(refused)),
  };
}

function foundCredentials(find: () => Promise<AwsKeys>, clock: Clock): AwsCredentials {
  let known: AwsKeys | undefined;
  let asking: Promise<AwsKeys> | undefined;

  function ask(): Promise<AwsKeys> {
    asking ??= find()
      .then((keys) => (known = keys))
      .finally(() => (asking = undefined));
    return asking;
  }

  async function current(): Promise<AwsKeys> {
    const left = known === undefined ? 0 : (known.expiration?.getTime() ?? Infinity) - clock.now().getTime();
    if (known === undefined || left <= 0) return ask();
    // What fails here fails again, and then for all to see, once the keys have ended.
    if (left < margin) ask().catch(() => {});
    return known;
  }

  return { current, renew: async (refused) => (known === refused ? ask() : current()) };
}

function keysIn(env: Env): AwsKeys | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}

async function findWithSdk(env: Env): Promise<AwsKeys> {
  const { findKeys } = await import("./aws_credential_chain.ts");
  return findKeys(env);
}
