import { expect, setDefaultTimeout, test } from "bun:test";
import { memoryNotifier } from "../../src/adapters/memory_notifier.ts";
import { faultyStore, type StoreCall } from "../support/faulty_store.ts";
import { withState, world, type RunSettings } from "../support/run.ts";

setDefaultTimeout(60_000);

const seriesCount = 50;
const months = 100;
const partitions = seriesCount * months;
const codes = Array.from({ length: seriesCount }, (_, index) => `S${String(index).padStart(2, "0")}_M`);
const dates = Array.from({ length: months }, (_, index) => {
  const year = 2015 + Math.floor(index / 12);
  return `${year}-${String((index % 12) + 1).padStart(2, "0")}-01`;
});

const textOf = (codes: readonly string[]) => `dataset_id: rates
provider: Test
frequency: M
source: { kind: http, url: "https://example.org/rates.csv" }
parse: { plugin: lines }
parse_config:
  series_map:
${codes.map((code) => `    - { internal_series_code: ${code}, unit: index }`).join("\n")}
normalize: { plugin: series, timezone: America/Argentina/Buenos_Aires }
transform: { plugin: metadata }
load: { plugin: memory_versioned, name: shelf }
`;
const text = textOf(codes);

/** All months of all series; the first `more` series have a second observation in their last month. */
function source(more: number): string {
  const all = codes.flatMap((code) => dates.map((date, index) => `${code},${date},${index}`));
  return [...all, ...codes.slice(0, more).map((code) => `${code},${dates.at(-1)?.slice(0, 8)}15,0.5`)].join("\n");
}

/** A world whose every request to a storage is counted. */
function counted() {
  const here = world();
  const calls: (StoreCall & { store: string })[] = [];
  const stores = new Map<string, ReturnType<typeof faultyStore>["store"]>();
  const openStore: typeof here.ports.openStore = (location) => {
    const name = location.kind === "memory" ? location.name : "state";
    const made =
      stores.get(name) ??
      faultyStore(here.ports.openStore(location), (call) => {
        if (call.operation !== "flush") calls.push({ ...call, store: name });
        return undefined;
      }).store;
    stores.set(name, made);
    const list = () => {
      throw new Error("a run lists nothing");
    };
    return { ...made, list };
  };
  const ports = { openStore, notifier: memoryNotifier() };
  async function requestsOf(settings: RunSettings = {}) {
    calls.length = 0;
    const set = [withState, ...(settings.set ?? [])];
    const { report, error } = await here.run({ text, ...settings, set, ports });
    if (error) throw error;
    return { report, calls: [...calls] };
  }
  return { ...here, requestsOf };
}

const touching = (calls: readonly StoreCall[], operation: StoreCall["operation"], part: string) =>
  calls.filter((call) => call.operation === operation && call.key.includes(part));

test.each([
  ["copy", 3],
  ["direct", 2],
])(
  "in mode %s, a daily update asks the storage at most %i times a changed partition, and 15 times more",
  async (mode, each) => {
    const { serve, at, requestsOf } = counted();
    const set = [`load.projection.mode=${mode}`];
    serve(source(0));
    const first = await requestsOf({ set });
    expect(first.report).toMatchObject({ status: "published", added: partitions, files: partitions });
    expect(first.calls.length).toBeLessThanOrEqual((mode === "copy" ? 2 : 1) * partitions + 15);

    at("2026-04-22T12:00:00Z");
    serve(source(17));
    const daily = await requestsOf({ set });
    expect(daily.report).toMatchObject({ status: "published", added: 17, revised: 0, files: 17 });
    expect(touching(daily.calls, "put", "/data/S")).toHaveLength(17);
    expect(touching(daily.calls, "put", "/projections/S")).toHaveLength(mode === "copy" ? 17 : 0);
    expect(touching(daily.calls, "get", mode === "copy" ? "/projections/S" : "/data/S")).toHaveLength(17);
    expect(touching(daily.calls, "get", mode === "copy" ? "/data/S" : "/projections/S")).toEqual([]);
    expect(daily.calls.length).toBeLessThanOrEqual(each * 17 + 15);
  },
);

test("where nothing changed, 12 requests do, parsed or not", async () => {
  const { serve, at, requestsOf } = counted();
  serve(source(3));
  await requestsOf();
  for (const settings of [{}, { full: true }, { set: ["windowInDays=36500"] }]) {
    at("2026-04-22T12:00:00Z");
    const { report, calls } = await requestsOf(settings);
    expect(report).toMatchObject({ status: "unchanged", files: 0 });
    expect(calls.length).toBeLessThanOrEqual(12);
  }
});

/** Beside the usual three, a changed partition in which series end may cost a reading of the one before it. */
test.each([
  ["series_year_month", 30, 30],
  ["series_year", 30, 0],
  ["year_month", 1, 1],
])(
  "by %s, the last month of 30 series withdrawn: 3 requests each of %i changed partitions, 15 more, %i to see where they end",
  async (partition_strategy, changed, edges) => {
    const { serve, at, requestsOf } = counted();
    const [few, last] = [codes.slice(0, 30), dates.slice(0, 36)];
    const lines = few.flatMap((code) => last.map((date, index) => `${code},${date},${index}`));
    const set = [`load.partition_strategy=${partition_strategy}`, "load.on_withdrawal=drop"];
    serve(lines.join("\n"));
    await requestsOf({ text: textOf(few), set });

    at("2026-04-22T12:00:00Z");
    serve(lines.filter((line) => !line.includes(last.at(-1) ?? "")).join("\n"));
    const { report, calls } = await requestsOf({ text: textOf(few), set, full: true });
    expect(report).toMatchObject({ status: "published", withdrawn: 30, files: changed });
    expect(touching(calls, "get", "/data/")).toHaveLength(edges);
    expect(calls.length).toBeLessThanOrEqual(3 * changed + 15 + edges);
  },
);
