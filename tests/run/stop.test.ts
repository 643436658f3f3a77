import { expect, test } from "bun:test";
import * as v from "valibot";
import { IngestorError } from "../../src/core/errors.ts";
import {
  defineExtractor,
  defineLoader,
  defineNormalizer,
  defineParser,
  defineTransformer,
} from "../../src/core/define.ts";
import type { Plugin } from "../../src/core/plugin.ts";
import type { HeldLock, Lock } from "../../src/core/ports.ts";
import { storeRoot, withLock, world, type RunSettings, type World } from "../support/run.ts";

const source = "A_D,2026-04-01,1\nB_D,2026-04-01,40\n";
const stop = new IngestorError("STOPPED", "Cannot go on: stopped by SIGINT");
const none = { name: "stops", summary: "Is stopped while it works", options: v.strictObject({}) };

/** Each stage with a plugin during which the signal comes; that of the first five goes on as if nothing had happened. */
function stoppedIn(signal: AbortController): [what: string, set: string, plugin: Plugin][] {
  const come = () => signal.abort(stop);
  const point = { internal_series_code: "A_D", obs_time: "2026-04-01", value: 1 };
  const waits = defineExtractor({
    ...none,
    extract: (_, ctx) =>
      new Promise((_, reject) => {
        ctx.signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        come();
      }),
  });
  return [
    [
      "extract",
      "source={kind: stops}",
      defineExtractor({ ...none, extract: async () => (come(), { blob: new Blob([source]), url: "x:" }) }),
    ],
    [
      "parse",
      "parse={plugin: stops}",
      defineParser({
        ...none,
        *parse() {
          come();
          yield point;
        },
      }),
    ],
    [
      "normalize",
      "normalize={plugin: stops}",
      defineNormalizer({ ...none, normalize: () => (come(), () => undefined) }),
    ],
    [
      "transform",
      "transform=[{plugin: metadata}, {plugin: stops}]",
      defineTransformer({
        ...none,
        async *transform(batches) {
          yield* batches;
          come();
        },
      }),
    ],
    ["load", "load={plugin: stops}", defineLoader({ ...none, load: async () => (come(), Promise.reject(stop)) })],
    ["extract, which then gives up in its own way", "source={kind: stops}", waits],
  ];
}

const names = stoppedIn(new AbortController()).map(([what], index) => [what, index] as const);

test.each(names)("a signal during %s stops the run, and nothing is published or left behind", async (_, index) => {
  const controller = new AbortController();
  const [what = "", change = "", plugin] = stoppedIn(controller)[index] ?? [];
  const w = world();
  w.serve(source);
  const set = [withLock, change, ...(what === "parse" ? ["parse_config=null"] : [])];
  const plugins = plugin === undefined ? [] : [plugin];
  const { report } = await w.run({ set, plugins, ports: { signal: controller.signal } });
  expect(report).toMatchObject({ status: "stopped", version_id: null, error: { code: "STOPPED" } });
  await expectNothingLeft(w);
});

async function expectNothingLeft(w: World) {
  expect(w.leftBehind()).toEqual([]);
  expect((await w.keys()).filter((key) => !key.startsWith("runs/"))).toEqual([]);
  expect(await w.lock.acquire("etl:rates", { owner: "next", run_id: "r" })).toHaveProperty("held");
}

test("a signal while partitions are compared stops the run before the pointer moves", async () => {
  const controller = new AbortController();
  const w = world();
  w.serve(source);
  const notify: World["ports"]["notify"] = (event) => {
    if (event.kind === "progress" && event.stage === "load") controller.abort(stop);
  };
  const { report, error } = await w.run({ set: [withLock], ports: { signal: controller.signal, notify } });
  expect(error).toBe(stop);
  expect(report).toMatchObject({ status: "stopped", version_id: null, added: 0 });
  expect(report.error).toEqual({ code: "STOPPED", message: stop.message });
  expect(await w.text(`${storeRoot}index/current_version.txt`)).toBeUndefined();
  expect(w.leftBehind()).toEqual([]);
});

test("a signal while projections are written stops the run after it published, which the report says; the next finishes", async () => {
  const controller = new AbortController();
  const w = world();
  w.serve(source);
  const notify: World["ports"]["notify"] = (event) => {
    if (event.kind === "progress" && event.stage === "publish") controller.abort(stop);
  };
  const { report } = await w.run({ set: [withLock], ports: { signal: controller.signal, notify } });
  const version_id = (await w.text(`${storeRoot}index/current_version.txt`)) ?? "none";
  expect(report).toMatchObject({ status: "stopped", version_id, added: 2, error: { code: "STOPPED" } });
  expect((await w.run({ set: [withLock] })).report).toMatchObject({ status: "unchanged", version_id });
  expect(await w.projected()).toEqual(source.trimEnd().split("\n"));
});

test("while another run holds the lock, nothing is done, and the report says who holds it", async () => {
  const w = world();
  w.serve(source);
  await w.lock.acquire("etl:rates", { owner: "fargate-1", run_id: "r20260421_115500_abcdef" });
  const { report, error } = await w.run({ set: [withLock] });
  expect(report).toMatchObject({ status: "busy", version_id: null, stages: [] });
  expect(report.error).toEqual({
    code: "BUSY",
    message:
      'Cannot run "rates": fargate-1 holds the lock (run r20260421_115500_abcdef, since 2026-04-21T12:00:00Z, until its process ends)',
    hint: "wait for that run to end, as --wait 10m does; where it is no more: ingestor lock break rates",
  });
  expect(error).toBeInstanceOf(IngestorError);
  expect(await w.keys()).toEqual([`runs/${report.run_id}.json`]);
  expect(await w.lock.acquire("etl:rates", { owner: "another", run_id: "r" })).toHaveProperty(
    "busy.owner",
    "fargate-1",
  );
});

test.each<[string, RunSettings]>([
  ["publishes", {}],
  ["finds nothing new", {}],
  ["fails", { set: [withLock, "parse_config.series_map=[{internal_series_code: C_D, unit: index}]"] }],
])("the lock is released and the temporary folder gone after a run that %s", async (_, settings) => {
  const w = world();
  w.serve(source);
  if (_ === "finds nothing new") await w.run({ set: [withLock] });
  await w.run({ set: [withLock], ...settings });
  expect(w.leftBehind()).toEqual([]);
  expect(await w.lock.acquire("etl:rates", { owner: "next", run_id: "r" })).toHaveProperty("held");
});

const untouched: Pick<Lock, "holder" | "break"> = { holder: async () => undefined, break: async () => undefined };

/** A lock that is held until the test says otherwise. */
function lockWith(held: Partial<HeldLock>): Lock {
  return {
    ...untouched,
    acquire: async () => ({
      held: { token: 1, lost: new AbortController().signal, check: () => {}, release: async () => {}, ...held },
    }),
  };
}

test("a run that loses its lock stops before it publishes", async () => {
  const lost = new AbortController();
  const w = world();
  w.answerWith(async (url) => {
    lost.abort(new Error("somebody broke it"));
    return { status: 200, url, headers: new Headers(), body: new Blob([source]) };
  });
  const openLock = () => lockWith({ lost: lost.signal });
  const { report } = await w.run({ set: [withLock], ports: { openLock } });
  expect(report).toMatchObject({ status: "failed", version_id: null });
  expect(report.error).toEqual({
    code: "CONFLICT",
    message: 'Cannot go on with "rates": the lock was lost: somebody broke it',
    hint: "no version was published; run again",
  });
  expect(await w.keys()).toEqual([`runs/${report.run_id}.json`]);
});

test("a run with an earlier token than the one that published last publishes nothing", async () => {
  const w = world();
  w.serve(source);
  const withToken = (token: number) => ({ set: [withLock], ports: { openLock: () => lockWith({ token }) } });
  const { version_id } = (await w.run(withToken(2))).report;
  expect((await w.json(`versions/${version_id}/manifest.json`)).fence).toBe(2);
  w.serve("A_D,2026-04-01,2\nB_D,2026-04-01,40\n");
  const { report } = await w.run(withToken(1));
  expect(report).toMatchObject({ status: "failed", version_id: null, error: { code: "CONFLICT" } });
  expect(await w.current()).toEqual(source.trimEnd().split("\n"));
});

const gone = () => Promise.reject(new Error("it is gone"));

test("what cannot be tidied up is a warning, and does not hide what came of the run", async () => {
  const w = world();
  w.serve(source);
  const ports = {
    openLock: () => lockWith({ release: gone }),
    tempDir: async () => ({ path: "/nowhere", remove: gone }),
  };
  const published = (await w.run({ set: [withLock], ports })).report;
  expect(published).toMatchObject({ status: "published", added: 2 });
  expect(published.warnings).toEqual([
    'Cannot remove the temporary folder "/nowhere": it is gone',
    'Cannot release the lock of "rates": it is gone',
  ]);
  w.serve("!moved\n");
  const failed = (await w.run({ set: [withLock], ports })).report;
  expect(failed).toMatchObject({ status: "failed", error: { code: "STAGE" }, warnings: published.warnings });
});

test("a lock that cannot tell ends the run before it begins", async () => {
  const unclear = new IngestorError("STORAGE", 'Cannot lock "etl:rates": no answer');
  const w = world();
  const openLock = (): Lock => ({ ...untouched, acquire: () => Promise.reject(unclear) });
  const { report, error } = await w.run({ set: [withLock], ports: { openLock } });
  expect(error).toBe(unclear);
  expect(report).toMatchObject({ status: "failed", stages: [], error: { code: "STORAGE" } });
});

test("a store that cannot be opened is an error in the report like any other", async () => {
  const closed = new IngestorError("STORAGE", 'Cannot open "shelf": no credentials');
  const openStore = () => {
    throw closed;
  };
  const { report, error } = await world().run({ ports: { openStore } });
  expect(error).toBe(closed);
  expect(report).toMatchObject({ status: "failed", store: null, error: { code: "STORAGE" } });
});
