import { hostname } from "node:os";
import { expect, test } from "bun:test";
import { PutItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamodbLock } from "../../src/adapters/dynamodb_lock.ts";
import { credentials, keys, region, startDynalite, tablesAt } from "../support/dynamodb.ts";
import { dynamodbProxy, refusal, type Asked } from "../support/dynamodb_proxy.ts";
import { fakeTime } from "../support/fake_time.ts";
import { taken } from "../support/lock_suite.ts";
import { failureOf } from "../support/s3_store.ts";

const endpoint = await startDynalite();
const tables = tablesAt(endpoint);
const key = "etl:rates";
const who = { owner: "host:1", run_id: "r1" };
const noon = Date.parse("2026-04-21T12:00:00Z");

async function prepared(at = endpoint, table?: string) {
  const time = fakeTime();
  const table_name = table ?? (await tables.create());
  const place = { table_name, region_name: region, endpoint: at, credentials, timeout_seconds: 30 };
  return { time, table_name, open: () => dynamodbLock(place, time) };
}

const passing = ({ forward }: Asked) => forward();

test("an item is as existing tables have it, and stays when it is released", async () => {
  const { open, table_name } = await prepared();
  const held = await taken(open(), key, who);
  const item = {
    lock_key: { S: key },
    acquired_at: { N: String(noon / 1000) },
    expiration_time: { N: String(noon / 1000 + 30) },
    owner: { S: "host:1" },
    host: { S: hostname() },
    run_id: { S: "r1" },
    token: { N: String(noon + 1) },
  };
  expect(await tables.item(table_name, key)).toEqual(item);
  expect(held.token).toBe(noon + 1);
  await held.release();
  expect(await tables.item(table_name, key)).toEqual({ ...item, expiration_time: { N: "0" } });
});

test("the item of an older system, which has no owner and no token, is respected until it ends", async () => {
  const { open, table_name, time } = await prepared();
  const client = new DynamoDBClient({ endpoint, region, credentials: keys });
  const [acquired_at, expiration_time] = [{ N: String(noon / 1000 - 5) }, { N: String(noon / 1000 + 60) }];
  const Item = { lock_key: { S: key }, acquired_at, expiration_time };
  await client.send(new PutItemCommand({ TableName: table_name, Item }));
  expect(await open().acquire(key, who)).toEqual({
    busy: { owner: "", host: "", run_id: "", acquired_at: new Date(noon - 5000), expires_at: new Date(noon + 60_000) },
  });
  await time.pass(60);
  expect(await open().acquire(key, who)).toHaveProperty("busy");
  await time.pass(1);
  expect((await taken(open(), key, who)).token).toBe(noon + 61_001);
});

test("the refusal itself says who has it, where the server can; no further request is made", async () => {
  const item = { lock_key: { S: key }, owner: { S: "host:2" }, expiration_time: { N: "9999999999" } };
  const proxy = dynamodbProxy(endpoint, async () => refusal("ConditionalCheckFailedException", "", { Item: item }));
  const { open } = await prepared(proxy.endpoint);
  expect(await open().acquire(key, who)).toHaveProperty("busy.owner", "host:2");
  expect(proxy.operations).toEqual(["UpdateItem"]);
});

test("one that is released between the refusal and the look at it is taken", async () => {
  const { open, table_name } = await prepared();
  const held = await taken(open(), key, { owner: "host:2", run_id: "r2" });
  const proxy = dynamodbProxy(endpoint, async (asked) => {
    if (asked.operation === "GetItem") await held.release();
    return asked.forward();
  });
  const { open: openLate } = await prepared(proxy.endpoint, table_name);
  expect((await taken(openLate(), key, who)).token).toBe(held.token + 1);
});

test("an answer that is lost is found again, and is one lock, not two", async () => {
  let lost = 0;
  const proxy = dynamodbProxy(endpoint, async ({ operation, forward }) => {
    const answer = await forward();
    return operation === "UpdateItem" && lost++ === 0 ? refusal("InternalServerError", "", {}, 500) : answer;
  });
  const { open, table_name } = await prepared(proxy.endpoint);
  const lock = open();
  const held = await taken(lock, key, who);
  expect(proxy.operations).toEqual(["UpdateItem", "UpdateItem", "GetItem"]);
  expect((await tables.item(table_name, key))?.["token"]).toEqual({ N: String(held.token) });
  expect(await lock.acquire(key, who)).toHaveProperty("busy");
  await held.release();
  expect(await lock.holder(key)).toBeUndefined();
});

test("a renewal that fails is tried again for as long as the lease lasts", async () => {
  let down = false;
  const proxy = dynamodbProxy(endpoint, async (asked) => (down ? refusal("Denied", "no", {}, 400) : passing(asked)));
  const { open, time } = await prepared(proxy.endpoint);
  const held = await taken(open(), key, who);
  down = true;
  await time.pass(25);
  held.check();
  down = false;
  await time.pass(30);
  held.check();
  down = true;
  await time.pass(31);
  expect(held.lost.aborted).toBe(true);
  expect(() => held.check()).toThrow(/^the lease ended 0 s ago and could not be renewed: no$/);
});

test("a renewal that comes after the lock was released or broken does not take it back", async () => {
  const { promise: late, resolve: goOn } = Promise.withResolvers<void>();
  let updates = 0;
  const proxy = dynamodbProxy(endpoint, async ({ operation, forward }) => {
    if (operation === "UpdateItem" && ++updates === 2) await late;
    return forward();
  });
  const { open, time } = await prepared(proxy.endpoint);
  const held = await taken(open(), key, who);
  await time.pass(11);
  await held.release();
  goOn();
  await Bun.sleep(50);
  expect(await open().holder(key)).toBeUndefined();
});

const creation = (table: string) =>
  `aws dynamodb create-table --table-name ${table} --attribute-definitions AttributeName=lock_key,AttributeType=S ` +
  "--key-schema AttributeName=lock_key,KeyType=HASH --billing-mode PAY_PER_REQUEST --region us-east-1";

test("a table that is not there is an error that says how to create it", async () => {
  const { open } = await prepared(endpoint, "no-such-table");
  expect(await failureOf(open().acquire(key, who))).toMatchObject({
    code: "CONFIG",
    message: 'Cannot take the lock "etl:rates": there is no table "no-such-table" in us-east-1',
    hint: `create it: ${creation("no-such-table")} (deploy/ has it too), or check table_name and region_name`,
  });
});

test.each([
  ["another name", "id", "S"],
  ["another type", "lock_key", "N"],
] as const)("a table whose key has %s is an error that says what it must be", async (_, name, type) => {
  const table_name = await tables.create(name, type);
  const { open } = await prepared(endpoint, table_name);
  const reason = `the table "${table_name}" has another key than the text "lock_key"`;
  const hint = `name another table, and create it: ${creation(table_name)} (deploy/ has it too)`;
  expect(await failureOf(open().acquire(key, who))).toMatchObject({
    code: "CONFIG",
    message: `Cannot take the lock "${key}": ${reason}`,
    hint,
  });
  expect(await failureOf(open().holder(key))).toMatchObject({ message: `Cannot read the lock "${key}": ${reason}` });
  expect(await failureOf(open().break(key))).toMatchObject({ message: `Cannot break the lock "${key}": ${reason}` });
});

test.each([
  ["AccessDeniedException", "STORAGE", 'access to the table "locks" is denied'],
  ["UnrecognizedClientException", "CONFIG", "DynamoDB does not take the credentials"],
  ["ExpiredTokenException", "CONFIG", "the credentials have expired"],
  ["Strange", "STORAGE", "DynamoDB says Strange: Something else"],
])("%s", async (refused, code, reason) => {
  const proxy = dynamodbProxy(endpoint, async () => refusal(refused, "Something else."));
  const { open } = await prepared(proxy.endpoint, "locks");
  const message = `Cannot take the lock "etl:rates": ${reason}`;
  expect(await failureOf(open().acquire(key, who))).toMatchObject({ code, message });
});

test("a server that is not there", async () => {
  const { open } = await prepared("http://127.0.0.1:1", "locks");
  expect(await failureOf(open().acquire(key, who))).toMatchObject({
    code: "STORAGE",
    message: 'Cannot take the lock "etl:rates": DynamoDB in us-east-1 cannot be reached (ECONNREFUSED)',
  });
});
