import type { AddressInfo } from "node:net";
import { afterAll } from "bun:test";
import dynalite from "dynalite";
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { fixedCredentials } from "../../src/adapters/aws_credentials.ts";

/** Servers on this machine take any keys. */
export const keys = { accessKeyId: "test", secretAccessKey: "test" };
export const credentials = fixedCredentials(keys);
export const region = "us-east-1";

/** The endpoint of a DynamoDB for one test file. */
export async function startDynalite(): Promise<string> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => void server.close());
  // Of a server on a port it is never a path.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A hand on the tables of a server, beside the lock. */
export function tablesAt(endpoint: string) {
  const client = new DynamoDBClient({ endpoint, region, credentials: keys });
  return {
    /** A table of any name with this key; gives the name. */
    async create(keyName = "lock_key", type: "S" | "N" = "S"): Promise<string> {
      const TableName = `locks-${crypto.randomUUID()}`;
      await client.send(
        new CreateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: keyName, AttributeType: type }],
          KeySchema: [{ AttributeName: keyName, KeyType: "HASH" }],
          BillingMode: "PAY_PER_REQUEST",
        }),
      );
      return TableName;
    },
    async remove(TableName: string, key: string): Promise<void> {
      await client.send(new DeleteItemCommand({ TableName, Key: { lock_key: { S: key } } }));
    },
    async item(TableName: string, key: string) {
      return (await client.send(new GetItemCommand({ TableName, Key: { lock_key: { S: key } } }))).Item;
    },
  };
}
