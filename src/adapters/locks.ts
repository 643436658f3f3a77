import type { DynamodbLockSettings, LockSettings } from "../config/dataset.ts";
import type { Lock } from "../core/ports.ts";
import { fixedCredentials, type AwsCredentials } from "./aws_credentials.ts";
import { dynamodbLock } from "./dynamodb_lock.ts";
import { fileLock } from "./file_lock.ts";
import type { Time } from "./lease.ts";
import { memoryLock } from "./memory_lock.ts";

/** Opens the lock of any dataset; those that differ only in their key share what they are made of. */
export function lockOpener(time: Time, credentials: AwsCredentials): (settings: LockSettings) => Lock {
  const opened = new Map<string, Lock>();

  function open(settings: LockSettings): Lock {
    switch (settings.kind) {
      case "memory":
        return memoryLock(time);
      case "file":
        return fileLock(settings.folder, time);
      case "dynamodb":
        return dynamodbLock({ ...settings, credentials: ownKeys(settings) ?? credentials }, time);
    }
  }

  return (settings) => {
    const name = JSON.stringify({ ...settings, key: "" });
    const lock = opened.get(name) ?? open(settings);
    opened.set(name, lock);
    return lock;
  };
}

function ownKeys(settings: DynamodbLockSettings): AwsCredentials | undefined {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = settings;
  return accessKeyId && secretAccessKey ? fixedCredentials({ accessKeyId, secretAccessKey }) : undefined;
}
