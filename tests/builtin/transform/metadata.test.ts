import { expect, test } from "bun:test";
import metadata from "../../../src/builtin/transform/metadata.ts";
import type { Observation } from "../../../src/core/observation.ts";
import { recordingContext } from "../../support/context.ts";

const ctx = recordingContext({
  now: new Date("2026-01-02T12:00:00Z"),
  dataset: { frequency: "D" },
  series: [{ internal_series_code: "FULL", unit: "USD", frequency: "M" }, { internal_series_code: "BARE" }],
});

async function transform(...batches: Observation[][]) {
  const given = (async function* () {
    yield* batches;
  })();
  return Array.fromAsync(metadata.transform(given, {}, ctx));
}

const seen = "2026-01-02T12:00:00.000000+00:00";
const plain = { obs_time: "2024-01-01T00:00:00+00:00", value: 1 };

test.each([
  ["what the series says", { internal_series_code: "FULL" }, { unit: "USD", frequency: "M", collection_date: seen }],
  ["then what the dataset says", { internal_series_code: "BARE" }, { frequency: "D", collection_date: seen }],
  ["also of a series that nobody described", { internal_series_code: "?" }, { frequency: "D", collection_date: seen }],
  [
    "but what is there stays",
    { internal_series_code: "FULL", unit: "ARS", frequency: "Q", collection_date: "2020-01-01T00:00:00.000000+00:00" },
    { unit: "ARS", frequency: "Q", collection_date: "2020-01-01T00:00:00.000000+00:00" },
  ],
])("adds %s", async (_, given, added) => {
  expect(await transform([{ ...plain, ...given }])).toStrictEqual([[{ ...plain, ...given, ...added }]]);
});

test("keeps the batches as they come", async () => {
  const one = { ...plain, internal_series_code: "FULL" };
  expect((await transform([one, one], [], [one])).map((batch) => batch.length)).toEqual([2, 0, 1]);
});
