import { afterAll } from "bun:test";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from "@aws-sdk/client-sqs";
import { buildApp } from "fauxqs";
import * as v from "valibot";

const region = "us-east-1";
/** Servers on this machine take any keys. */
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** The endpoint of an SNS and SQS for one test file. */
export async function startFauxqs(): Promise<string> {
  const app = buildApp({ logger: false, host: "127.0.0.1" });
  const endpoint = await app.listen({ host: "127.0.0.1", port: 0 });
  afterAll(() => app.close());
  return endpoint;
}

const notification = v.object({
  Subject: v.string(),
  Message: v.string(),
  MessageAttributes: v.record(v.string(), v.object({ Type: v.string(), Value: v.string() })),
});

/** What a queue gives of one event. */
export interface Received {
  subject: string;
  message: string;
  attributes: Record<string, { Type: string; Value: string }>;
  group: string | undefined;
  deduplication: string | undefined;
}

/** A new topic with a queue that takes all it is told. */
export async function topicAt(endpoint: string, { fifo }: { fifo: boolean }) {
  const settings = { endpoint, region, credentials };
  const [sns, sqs] = [new SNSClient(settings), new SQSClient({ ...settings, useQueueUrlAsEndpoint: false })];
  const name = `rates-${crypto.randomUUID()}${fifo ? ".fifo" : ""}`;
  const made = (attribute: "FifoTopic" | "FifoQueue") => (fifo ? { Attributes: { [attribute]: "true" } } : {});
  const { TopicArn: arn = "" } = await sns.send(new CreateTopicCommand({ Name: name, ...made("FifoTopic") }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, ...made("FifoQueue") }));
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] });
  const queueArn = (await sqs.send(asked)).Attributes?.["QueueArn"];
  await sns.send(new SubscribeCommand({ TopicArn: arn, Protocol: "sqs", Endpoint: queueArn }));

  return {
    arn,
    /** What is in the queue by now, in order, each once. */
    async receive(): Promise<Received[]> {
      const received: Message[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] }),
        );
        if (Messages.length === 0) return received.map(read);
        received.push(...Messages);
        for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    },
  };
}

function read({ Body = "", Attributes = {} }: Message): Received {
  const { Subject, Message: message, MessageAttributes } = v.parse(notification, JSON.parse(Body));
  const { MessageGroupId: group, MessageDeduplicationId: deduplication } = Attributes;
  return { subject: Subject, message, attributes: MessageAttributes, group, deduplication };
}
