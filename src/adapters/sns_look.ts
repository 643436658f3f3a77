import { IngestorError, reasonOf } from "../core/errors.ts";
import type { AwsCredentials } from "./aws_credentials.ts";

/** Whether a topic is there; undefined where this may not be asked. Throws an `IngestorError` where it is not. */
export async function lookForTopic(topicArn: string, credentials: AwsCredentials): Promise<true | undefined> {
  const { GetTopicAttributesCommand, SNSClient } = await import("@aws-sdk/client-sns");
  const client = new SNSClient({
    region: topicArn.split(":")[3] || "us-east-1",
    maxAttempts: 2,
    credentials: async () => ({ ...(await credentials.current()) }),
  });
  try {
    await client.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    return true;
  } catch (error) {
    if (error instanceof IngestorError) throw error;
    if (error instanceof Error && /^(AuthorizationError|AccessDenied)/.test(error.name)) return undefined;
    throw new IngestorError("STORAGE", `Cannot find the topic "${topicArn}": ${reasonOf(error)}`, {
      cause: error,
      hint: "check SNS_PROJECTION_TOPIC_ARN, its region, and the credentials",
    });
  } finally {
    client.destroy();
  }
}
