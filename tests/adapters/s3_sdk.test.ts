import { expect, test } from "bun:test";
import { startS3Server, testKeys } from "../support/s3_server.ts";

/** Runs in a process of its own, and says how many modules of the SDK there are. */
const script = `
  const loaded = () => Object.keys(require.cache).filter((path) => /@aws-sdk|@smithy/.test(path)).length;
  const { s3Store } = await import("./src/adapters/s3.ts");
  const location = { kind: "s3", bucket: "test-bucket", prefix: "p", region: "us-east-1" };
  const store = s3Store(location);
  const etag = await store.put("a", Buffer.from("1"), { absent: true });
  await store.put("a", Buffer.from("2"), { etag });
  await store.put("a", Buffer.from("3"), { etag });
  await store.get("a");
  await store.get("none");
  await store.flush();
  await store.delete([]);
  const before = loaded();
  for await (const _ of store.list("")) break;
  console.log(JSON.stringify([before, loaded() > 0]));
`;

test("no module of the SDK is loaded with keys in the environment, until something is listed", async () => {
  const server = await startS3Server();
  const child = Bun.spawn([process.execPath, "-e", script], {
    stdout: "pipe",
    env: {
      PATH: process.env["PATH"] ?? "",
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: testKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: testKeys.secretAccessKey,
    },
  });
  expect(await new Response(child.stdout).json()).toEqual([0, true]);
  await server.stop();
});
