import { expect, test } from "bun:test";
import { fixedCredentials } from "../../src/adapters/aws_credentials.ts";
import { messageOf, snsNotifier } from "../../src/adapters/sns.ts";
import type { ProjectionUpdate } from "../../src/core/ports.ts";
import { failureOf } from "../support/s3_store.ts";

const topic = "arn:aws:sns:sa-east-1:123456789012:rates";
const version_id = "v20260421_120000_000001";

function eventOf(dataset_id: string): ProjectionUpdate {
  return {
    event: "projection_update",
    dataset_id,
    bucket: "shelf",
    version_manifest_path: `datasets/${dataset_id}/versions/${version_id}/manifest.json`,
    projections_path: `datasets/${dataset_id}/projections/`,
  };
}

test("an event is a message with subject and attributes", () => {
  const { Message, ...rest } = messageOf(topic, eventOf("rates"), version_id);
  expect(JSON.parse(Message ?? "")).toEqual(eventOf("rates"));
  expect(rest).toEqual({
    TopicArn: topic,
    Subject: "projection_update:rates",
    MessageAttributes: {
      event: { DataType: "String", StringValue: "projection_update" },
      dataset_id: { DataType: "String", StringValue: "rates" },
    },
  });
});

test.each([
  ["año 2024", "projection_update:a?o 2024"],
  ["x".repeat(100), `projection_update:${"x".repeat(82)}`],
])("the subject of %j is one that SNS takes", (dataset_id, subject) => {
  const message = messageOf(topic, eventOf(dataset_id), version_id);
  expect(message.Subject).toBe(subject);
  expect(message.MessageAttributes?.["dataset_id"]?.StringValue).toBe(dataset_id);
});

test.each([
  ["rates", "rates"],
  ["año 2024", /^[0-9a-f]{64}$/],
  ["x".repeat(129), /^[0-9a-f]{64}$/],
])("on a FIFO topic the events of %j are a group, and each version is told once", (dataset_id, group) => {
  const message = messageOf(`${topic}.fifo`, eventOf(dataset_id), version_id);
  expect(message.MessageGroupId).toMatch(group);
  expect(message.MessageDeduplicationId).toBe(version_id);
});

test("a topic that cannot be had is an error that names it, with what to check", async () => {
  const refused = fixedCredentials({ accessKeyId: "test", secretAccessKey: "test" });
  const notifier = snsNotifier(topic, { ...refused, current: () => Promise.reject(new Error("no keys")) });
  expect(await failureOf(notifier.announce(eventOf("rates"), version_id))).toEqual({
    code: "STORAGE",
    message: `Cannot publish to topic "${topic}": no keys`,
    hint: "check SNS_PROJECTION_TOPIC_ARN, and the right sns:Publish on it",
  });
});
