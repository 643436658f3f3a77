/**
 * What small conditional PUTs cost, ours beside the SDK's: `bun bench/s3_put.ts [rounds]`.
 * The server is a process of its own, so that only the client is measured; each round starts new ones.
 */
import { fixedCredentials } from "../src/adapters/aws_credentials.ts";
import { s3Store } from "../src/adapters/s3.ts";
import { s3Address } from "../src/adapters/s3_address.ts";
import { usualLimits } from "../src/adapters/s3_send.ts";
import { inParallel } from "../src/core/parallel.ts";
import type { S3Location } from "../src/core/ports.ts";
import { startS3Server, testKeys } from "../tests/support/s3_server.ts";

const puts = 3000;
const warmUp = 300;
const inFlight = 32;
const body = crypto.getRandomValues(new Uint8Array(3072));
const credentials = fixedCredentials(testKeys);

type Put = (key: string) => Promise<unknown>;

/** The SDK is imported only where it is measured, as it weighs on the memory. */
const clients: Record<string, (location: S3Location) => Promise<Put>> = {
  async ours(location) {
    const store = s3Store(location, { credentials });
    return (key) => store.put(key, body, { absent: true });
  },
  async sdk(location) {
    const [{ PutObjectCommand }, { s3Client }] = await Promise.all([
      import("@aws-sdk/client-s3"),
      import("../src/adapters/s3_client.ts"),
    ]);
    const client = s3Client({ location, credentials, limits: usualLimits, address: s3Address(location, {}) });
    const { bucket: Bucket } = location;
    return (Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: body, IfNoneMatch: "*" }));
  },
};

async function measure(put: Put): Promise<void> {
  const keys = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name}/${index}/data.json`);
  await inParallel(inFlight, keys("warm", warmUp), put);
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  await inParallel(inFlight, keys("year=2024", puts), put);
  const { user, system } = process.cpuUsage(cpu);
  const cost = { cpuMs: (user + system) / 1000 / puts, seconds: (performance.now() - began) / 1000 };
  console.log(JSON.stringify({ ...cost, peakMb: process.resourceUsage().maxRSS / 1024 }));
}

async function compare(rounds: number): Promise<void> {
  const run = (...args: string[]) => Bun.spawn([process.execPath, import.meta.path, ...args], { stdout: "pipe" });
  for (let round = 1; round <= rounds; round++) {
    console.log(`round ${round}: ${puts} PUTs of ${body.length} bytes, ${inFlight} in flight`);
    const costs: Record<string, number> = {};
    for (const name of Object.keys(clients)) {
      const server = run("server");
      const { value } = await server.stdout.getReader().read();
      const said = await new Response(run(name, new TextDecoder().decode(value).trim()).stdout).text();
      server.kill();
      const { cpuMs, seconds, peakMb } = JSON.parse(said);
      costs[name] = cpuMs;
      console.log(
        `  ${name.padEnd(5)} ${cpuMs.toFixed(3)} ms CPU a PUT  ${peakMb.toFixed(0).padStart(4)} MB  ${seconds.toFixed(2)} s`,
      );
    }
    console.log(`  ours / sdk ${((costs.ours ?? Number.NaN) / (costs.sdk ?? Number.NaN)).toFixed(2)}`);
  }
}

const [role = "", endpoint_url = ""] = process.argv.slice(2);
if (role === "server") console.log((await startS3Server()).endpoint);
else if (clients[role] === undefined) await compare(Number(role || 3));
else {
  const location: S3Location = { kind: "s3", bucket: "test-bucket", prefix: "", region: "us-east-1", endpoint_url };
  await measure(await clients[role](location));
}
