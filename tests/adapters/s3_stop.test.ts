import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { openGrace } from "../../src/core/grace.ts";
import { IngestorError } from "../../src/core/errors.ts";
import type { ObjectStore } from "../../src/core/ports.ts";
import { s3Error, startS3Server, type S3Fault } from "../support/s3_server.ts";
import { failureOf, storeOn } from "../support/s3_store.ts";

const server = await startS3Server();
afterAll(server.stop);
beforeEach(() => {
  server.log.length = 0;
  server.objects.clear();
  server.setFaults(() => undefined);
});

const body = Buffer.from("ours");
const { host } = new URL(server.endpoint);
const noTime = "and there is no time to try again";

const acts: [name: string, verb: string, act: (store: ObjectStore) => Promise<unknown>][] = [
  ["get", "read", (store) => store.get("a/b")],
  ["put", "write", (store) => store.put("a/b", body, { absent: true })],
  ["list", "list", (store) => Array.fromAsync(store.list("a/"))],
  ["delete", "delete", (store) => store.delete(["a/b"])],
];

const slowDown: S3Fault = { answer: s3Error(503, "SlowDown", { message: "Wait.", headers: { "retry-after": "50" } }) };
const deleteLater: S3Fault = {
  answer: {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: "<DeleteResult><Error><Key>a/b</Key><Code>SlowDown</Code></Error></DeleteResult>",
  },
};

/** A store whose waits are real, and what tells it that the program is to end. */
function stoppable(first = 100) {
  const controller = new AbortController();
  const grace = openGrace(controller.signal, { first, late: 20 });
  const { store } = storeOn(server, { grace, sleep: (ms, signal) => slept(ms, signal) });
  return {
    store,
    grace,
    stop: () => controller.abort(new IngestorError("STOPPED", "Cannot go on: stopped by a test")),
  };
}

function slept(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)));
  return promise;
}

/** Settles when the first request has come; each is given the fault. */
function asked(fault: S3Fault): Promise<void> {
  return new Promise((resolve) => {
    server.setFaults(() => {
      resolve();
      return fault;
    });
  });
}

async function took(work: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work;
  return performance.now() - began;
}

describe.each(acts)("when the program is to end: %s", (name, verb, act) => {
  const message = (reason: string) =>
    `Cannot ${verb} "s3://test-bucket/${name === "list" ? "a/" : "a/b"}": ${reason}, ${noTime}`;

  test("the wait for another attempt ends at once", async () => {
    const { store, stop } = stoppable();
    const first = asked(slowDown);
    const failed = failureOf(act(store));
    await first;
    await Bun.sleep(50);
    stop();
    expect(await took(failed)).toBeLessThan(1000);
    expect(await failed).toMatchObject({ code: "STOPPED", message: message("503 SlowDown: Wait") });
    expect(server.log).toHaveLength(1);
  });

  test("an attempt under way is the last", async () => {
    const { store, stop } = stoppable(5000);
    const first = asked({ ...slowDown, delayMs: 100 });
    const failed = failureOf(act(store));
    await first;
    stop();
    expect((await failed).code).toBe("STOPPED");
    expect(server.log).toHaveLength(1);
  });

  test("an attempt under way may still succeed", async () => {
    const { store, stop } = stoppable(5000);
    const first = asked({ delayMs: 100 });
    const done = act(store);
    await first;
    stop();
    await done;
    expect(server.log).toHaveLength(1);
  });

  test("an attempt under way is limited, and so is one that begins later", async () => {
    const { store, stop } = stoppable();
    const first = asked({ delayMs: 3000 });
    const failed = failureOf(act(store));
    await first;
    stop();
    expect(await took(failed)).toBeLessThan(1500);
    expect((await failed).code).toBe("STOPPED");
    const later = failureOf(act(store));
    expect(await took(later)).toBeLessThan(1500);
    expect((await later).code).toBe("STOPPED");
    expect(server.log).toHaveLength(2);
  });

  test("what a server that is well is asked comes to its end", async () => {
    const { store, stop } = stoppable(5000);
    stop();
    await act(store);
    expect(server.log).toHaveLength(1);
  });

  test("what trying again would not help is said as ever", async () => {
    const { store, stop } = stoppable(5000);
    server.setFaults(() => ({ answer: s3Error(403, "AccessDenied") }));
    stop();
    const { code, message: said } = await failureOf(act(store));
    expect(code).toBe("STORAGE");
    expect(said).not.toContain(noTime);
  });
});

test("what gives no answer is named", async () => {
  const { store, stop } = stoppable();
  const first = asked({ delayMs: 3000 });
  const failed = failureOf(store.get("a"));
  await first;
  stop();
  expect((await failed).message).toBe(
    `Cannot read "s3://test-bucket/a": "${host}" gave no complete answer in time, ${noTime}`,
  );
});

test("keys that the answer says could not be deleted yet are not tried again", async () => {
  const { store, stop } = stoppable();
  server.setFaults(() => deleteLater);
  stop();
  expect((await failureOf(store.delete(["a/b"]))).code).toBe("STOPPED");
  expect(server.log).toHaveLength(1);
});

test("a listing does not go on to its next page", async () => {
  for (let n = 0; n < 1001; n++) server.objects.set(`a/${n}`, { body, etag: '"x"', modified: new Date(), headers: {} });
  const { store, stop } = stoppable(5000);
  stop();
  expect((await failureOf(Array.fromAsync(store.list("a/")))).message).toBe("Cannot go on: stopped by a test");
  expect(server.log).toHaveLength(1);
});

test("credentials that do not come are not waited for", async () => {
  const controller = new AbortController();
  const never = () => new Promise<never>(() => {});
  const { store } = storeOn(server, {
    grace: openGrace(controller.signal, { first: 50, late: 20 }),
    credentials: { current: never, renew: never },
  });
  const failed = failureOf(store.get("a"));
  controller.abort(new IngestorError("STOPPED", "Cannot go on: stopped by a test"));
  expect(await failed).toMatchObject({ code: "STOPPED", message: "Cannot go on: stopped by a test" });
});

test("requests that begin when the first grace has passed have a shorter one", async () => {
  const { grace, stop } = stoppable(300);
  stop();
  await Bun.sleep(350);
  const over = grace.limit((signal) => new Promise((resolve) => signal.addEventListener("abort", resolve)));
  expect(await took(over)).toBeLessThan(250);
});
