import type * as Sdk from "@aws-sdk/client-dynamodb";
import type { AwsCredentials } from "./aws_credentials.ts";
import { sdkSettings } from "./sdk_settings.ts";
import type { Item } from "./dynamodb_item.ts";

export interface TablePlace {
  table_name: string;
  region_name: string;
  credentials: AwsCredentials;
  /** Undefined: what the environment names, else Amazon's own. */
  endpoint?: string | undefined;
}

export type Change = Pick<Sdk.UpdateItemCommandInput, "ExpressionAttributeValues"> & {
  /** Names that are words of DynamoDB's own, such as `token`, are written `#token`; so in the condition. */
  set: readonly string[];
  condition: string;
  /** What is given back where it was done. */
  returns: "UPDATED_NEW" | "ALL_OLD";
};

/** The items of one table, by `lock_key`. What the SDK throws passes, but for a condition that does not hold. */
export interface Table {
  get(key: string): Promise<Item | undefined>;
  /** `refused`: the condition did not hold, of this item. */
  update(key: string, change: Change): Promise<{ done: Item } | { refused: Item | undefined }>;
}

/** The SDK is loaded with the first request. */
export function dynamodbTable(place: TablePlace): Table {
  let opening: Promise<Opened> | undefined;
  const opened = () => (opening ??= open(place));

  async function get(key: string): Promise<Item | undefined> {
    const { client, sdk } = await opened();
    const input = { TableName: place.table_name, Key: { lock_key: { S: key } }, ConsistentRead: true };
    return (await client.send(new sdk.GetItemCommand(input))).Item;
  }

  return {
    get,
    async update(key, { set, condition, returns, ExpressionAttributeValues }) {
      const { client, sdk } = await opened();
      const command = new sdk.UpdateItemCommand({
        TableName: place.table_name,
        Key: { lock_key: { S: key } },
        UpdateExpression: `SET ${set.join(", ")}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: namesIn(`${set.join(" ")} ${condition}`),
        ExpressionAttributeValues,
        ReturnValues: returns,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      try {
        return { done: (await client.send(command)).Attributes ?? {} };
      } catch (error) {
        if (!(error instanceof sdk.ConditionalCheckFailedException)) throw error;
        // Servers other than Amazon's do not all say what they found.
        return { refused: error.Item ?? (await get(key)) };
      }
    },
  };
}

interface Opened {
  client: Sdk.DynamoDBClient;
  sdk: typeof Sdk;
}

async function open({ region_name: region, credentials, endpoint }: TablePlace): Promise<Opened> {
  const sdk = await import("@aws-sdk/client-dynamodb");
  const settings = sdkSettings(region, credentials, 4);
  const client = new sdk.DynamoDBClient({ ...settings, ...(endpoint !== undefined && { endpoint }) });
  return { client, sdk };
}

/** Names that an expression does not use are an error, and so is an empty list of them. */
function namesIn(expression: string): Record<string, string> | undefined {
  const names = Array.from(expression.matchAll(/#(\w+)/g), ([written, name]) => [written, name ?? ""] as const);
  return names.length === 0 ? undefined : Object.fromEntries(names);
}
