import { afterAll } from "bun:test";
import { AwsClient } from "aws4fetch";
import { startDynalite } from "./dynamodb.ts";
import { startS3Server, testKeys } from "./s3_server.ts";
import type { TestKeys } from "./s3_signature.ts";
import { startFauxqs } from "./topic.ts";

export const region = "us-east-1";

/** Servers that speak like Amazon's, by their addresses. */
export interface Cloud {
  s3: string;
  dynamodb: string;
  /** SNS and SQS. */
  messages: string;
  keys: TestKeys;
}

/** Those in this process and, where `INGESTOR_TEST_AWS_ENDPOINT` names one, the server there. */
export async function openClouds(): Promise<[name: string, cloud: Cloud][]> {
  const server = await startS3Server();
  afterAll(server.stop);
  const [dynamodb, messages] = await Promise.all([startDynalite(), startFauxqs()]);
  const inside: Cloud = { s3: server.endpoint, dynamodb, messages, keys: testKeys };
  const outside = process.env["INGESTOR_TEST_AWS_ENDPOINT"];
  if (!outside) return [["in this process", inside]];
  const { AWS_ACCESS_KEY_ID: accessKeyId = "test", AWS_SECRET_ACCESS_KEY: secretAccessKey = "test" } = process.env;
  const keys = { accessKeyId, secretAccessKey };
  return [
    ["in this process", inside],
    [outside, { s3: outside, dynamodb: outside, messages: outside, keys }],
  ];
}

/** A new bucket; gives its name, and reads what is in it. */
export async function bucketIn({ s3, keys }: Cloud) {
  const client = new AwsClient({ ...keys, region, service: "s3", retries: 0 });
  const name = `rates-${crypto.randomUUID()}`;
  await client.fetch(`${s3}/${name}`, { method: "PUT" });
  return {
    name,
    async text(key: string): Promise<string | undefined> {
      const answer = await client.fetch(`${s3}/${name}/${key}`);
      return answer.status === 404 ? undefined : answer.text();
    },
  };
}

/** What the program needs to know of the servers. */
export function envOf({ s3, dynamodb, messages, keys }: Cloud): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_ENDPOINT_URL_S3: s3,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SNS: messages,
  };
}
