import type { PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
import { unlessAborted } from "../core/abort.ts";
import { IngestorError, reasonOf } from "../core/errors.ts";
import { openGrace } from "../core/grace.ts";
import type { Notifier, ProjectionUpdate } from "../core/ports.ts";
import { keepsOrder } from "../config/topic.ts";
import type { AwsCredentials } from "./aws_credentials.ts";
import { sdkSettings } from "./sdk_settings.ts";

const longestSubject = 100;

/** Announces on an SNS topic in the region of the topic, at the endpoint of the environment. The SDK is loaded with the first event. */
export function snsNotifier(topicArn: string, credentials: AwsCredentials, { limit } = openGrace()): Notifier {
  let client: SNSClient | undefined;
  return {
    async announce(event, version_id) {
      const { PublishCommand } = await import("@aws-sdk/client-sns");
      const sns = (client ??= await connect(topicArn, credentials));
      const command = new PublishCommand(messageOf(topicArn, event, version_id));
      try {
        await limit((over) => unlessAborted(over, sns.send(command, { abortSignal: over })));
      } catch (error) {
        throw new IngestorError("STORAGE", `Cannot publish to topic "${topicArn}": ${reasonOf(error)}`, {
          cause: error,
          hint: "check SNS_PROJECTION_TOPIC_ARN, and the right sns:Publish on it",
        });
      }
    },
  };
}

async function connect(topicArn: string, credentials: AwsCredentials): Promise<SNSClient> {
  const { SNSClient } = await import("@aws-sdk/client-sns");
  const region = topicArn.split(":")[3] || "us-east-1";
  return new SNSClient(sdkSettings(region, credentials, 4));
}

/** A FIFO topic keeps the versions of a dataset in order, and drops an announcement that comes twice. */
export function messageOf(topicArn: string, event: ProjectionUpdate, version_id: string): PublishCommandInput {
  const { event: name, dataset_id } = event;
  const order = { MessageGroupId: groupOf(dataset_id), MessageDeduplicationId: version_id };
  return {
    TopicArn: topicArn,
    Subject: subjectOf(`${name}:${dataset_id}`),
    Message: JSON.stringify(event),
    MessageAttributes: { event: attribute(name), dataset_id: attribute(dataset_id) },
    ...(keepsOrder(topicArn) && order),
  };
}

/** A group has at most 128 signs, all of them visible ASCII; of a dataset with another id it is the hash of that. */
function groupOf(dataset_id: string): string {
  return /^[\u0021-\u007e]{1,128}$/.test(dataset_id) ? dataset_id : Bun.SHA256.hash(dataset_id, "hex");
}

/** SNS takes at most 100 printable ASCII characters. */
function subjectOf(text: string): string {
  return text.replace(/[^\u0020-\u007e]/g, "?").slice(0, longestSubject);
}

function attribute(value: string) {
  return { DataType: "String", StringValue: value };
}
