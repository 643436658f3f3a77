import type { LoadStep } from "./dataset.ts";
import type { Env } from "./interpolate.ts";
import { placeAt, type MapNode, type Report } from "./tree.ts";

/** The topic on which published versions are announced, if there is one. */
export function topicIn(env: Env): string | undefined {
  return env["SNS_PROJECTION_TOPIC_ARN"] || undefined;
}

/** Whether a topic keeps the events of a dataset in their order. */
export function keepsOrder(topicArn: string): boolean {
  return topicArn.endsWith(".fifo");
}

const arnPattern = /^arn:[\w-]+:sns:[\w-]+:\d+:[\w-]+(\.fifo)?$/;

/** A topic by any other name would be noticed only when the first version is announced. */
export function checkTopic(root: MapNode, env: Env, report: Report): void {
  const topic = topicIn(env);
  if (topic === undefined || arnPattern.test(topic)) return;
  const message =
    'SNS_PROJECTION_TOPIC_ARN is not the ARN of a topic, such as "arn:aws:sns:us-east-1:123456789012:rates"';
  report({ message, ...placeAt(root, ["load"]) });
}

/** Consumers of versions' own files would end with the older values where an older event came last. */
export function checkOrder(root: MapNode, load: LoadStep | undefined, env: Env, report: Report): void {
  const topic = topicIn(env);
  if (load?.kind !== "store" || load.policy.projection.mode !== "direct") return;
  if (topic === undefined || keepsOrder(topic)) return;
  const message =
    'load.projection.mode: "direct" needs events in order, and the topic that SNS_PROJECTION_TOPIC_ARN names keeps none: ' +
    'use a FIFO topic, whose ARN ends in ".fifo", or "copy"';
  report({ message, ...placeAt(root, ["load", "projection", "mode"]) });
}
