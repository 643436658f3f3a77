import type { SNSClient } from "@aws-sdk/client-sns";
import { keepsOrder } from "../config/topic.ts";
import { IngestorError, reasonOf } from "../core/errors.ts";
import type { AwsCredentials } from "./aws_credentials.ts";
import { sdkSettings } from "./sdk_settings.ts";

/** Whether a topic is there; undefined where this may not be asked. Throws an `IngestorError` where it is not. */
export function lookForTopic(topicArn: string, credentials: AwsCredentials): Promise<true | undefined> {
  return asking(topicArn, credentials, async (client) => {
    const { GetTopicAttributesCommand } = await import("@aws-sdk/client-sns");
    try {
      await client.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
      return true;
    } catch (error) {
      if (isDenial(error)) return undefined;
      throw cannot(`find the topic "${topicArn}"`, error);
    }
  });
}

/**
 * Publishes a message without content, which is no message. Amazon asks first for the right and then for the content
 * (found by sns-buster, https://github.com/plerionhq/sns-buster, as "safe probe"), so that `refused` for its content
 * means that another may be published. All else is right about it: what else is wrong may be refused first.
 * `taken`: the server is not Amazon's. Undefined: it did not get as far as the right. Throws an `IngestorError` where
 * the right is missing.
 */
export function tryPublishing(topicArn: string, credentials: AwsCredentials): Promise<"refused" | "taken" | undefined> {
  return asking(topicArn, credentials, async (client) => {
    const { PublishCommand } = await import("@aws-sdk/client-sns");
    try {
      await client.send(new PublishCommand(emptyMessage(topicArn)));
      return "taken";
    } catch (error) {
      if (isDenial(error)) throw mayNotPublish(topicArn, error);
      const { name, message } = error instanceof Error ? error : { name: "", message: "" };
      if (name.startsWith("InvalidParameter") && /\bmessage\b/i.test(message)) return "refused";
      if (name.startsWith("Validation")) return undefined;
      throw cannot(`publish to topic "${topicArn}"`, error);
    }
  });
}

/** Named as nothing that a consumer waits for. */
function emptyMessage(topicArn: string) {
  const order = { MessageGroupId: "ingestor-doctor", MessageDeduplicationId: crypto.randomUUID() };
  return {
    TopicArn: topicArn,
    Subject: "ingestor doctor",
    Message: "",
    MessageAttributes: { event: { DataType: "String", StringValue: "probe" } },
    ...(keepsOrder(topicArn) && order),
  };
}

async function asking<T>(
  topicArn: string,
  credentials: AwsCredentials,
  ask: (client: SNSClient) => Promise<T>,
): Promise<T> {
  const { SNSClient } = await import("@aws-sdk/client-sns");
  const client = new SNSClient(sdkSettings(topicArn.split(":")[3] || "us-east-1", credentials, 2));
  try {
    return await ask(client);
  } finally {
    client.destroy();
  }
}

function isDenial(error: unknown): boolean {
  return error instanceof Error && /^(AuthorizationError|AccessDenied)/.test(error.name);
}

function mayNotPublish(topicArn: string, cause: unknown): IngestorError {
  return new IngestorError("STORAGE", `Cannot publish to topic "${topicArn}": access is denied`, {
    cause,
    hint: `grant sns:Publish on ${topicArn}; where the topic is another account's, its own policy has to allow it too`,
  });
}

function cannot(what: string, error: unknown): IngestorError {
  if (error instanceof IngestorError) return error;
  const code = networkCode(error);
  const [reason, hint] =
    code === undefined
      ? [reasonOf(error), "check SNS_PROJECTION_TOPIC_ARN, its region, and the credentials"]
      : [`SNS cannot be reached (${code})`, networkHint];
  return new IngestorError("STORAGE", `Cannot ${what}: ${reason}`, { cause: error, hint });
}

const networkHint =
  "check the region in SNS_PROJECTION_TOPIC_ARN, the network, and AWS_ENDPOINT_URL_SNS or AWS_ENDPOINT_URL if they are set";

/** Undefined where the service answered, or the error is of another kind. */
function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || "$fault" in error) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name === "TimeoutError" ? error.name : undefined;
}
