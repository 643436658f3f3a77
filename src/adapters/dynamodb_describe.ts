import { IngestorError, reasonOf } from "../core/errors.ts";
import type { AwsCredentials } from "./aws_credentials.ts";
import { cannotLock } from "./dynamodb_explain.ts";
import { sdkSettings } from "./sdk_settings.ts";

interface Asked {
  table_name: string;
  region_name: string;
  credentials: AwsCredentials;
}

/** The key of a table, as in `lock_key (S)`, and whether it is ready. Undefined where this may not be asked. */
export async function describeTable(asked: Asked): Promise<{ key: string; ready: boolean } | undefined> {
  const { DescribeTableCommand, DynamoDBClient } = await import("@aws-sdk/client-dynamodb");
  const { table_name: TableName, region_name: region, credentials } = asked;
  const client = new DynamoDBClient(sdkSettings(region, credentials, 2));
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const typeOf = (name = "") => Table?.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name);
    const keys = Table?.KeySchema?.map(({ AttributeName: name }) => `${name} (${typeOf(name)?.AttributeType})`) ?? [];
    return { key: keys.join(", "), ready: Table?.TableStatus === "ACTIVE" || Table?.TableStatus === "UPDATING" };
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("AccessDenied")) return undefined;
    const explained = cannotLock(`describe the table "${TableName}"`, error, asked);
    if (explained instanceof IngestorError) throw explained;
    throw new IngestorError("STORAGE", `Cannot describe the table "${TableName}": ${reasonOf(error)}`, {
      cause: error,
    });
  } finally {
    client.destroy();
  }
}
