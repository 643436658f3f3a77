import { describe, expect, test } from "bun:test";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import type { Snapshot } from "../../src/store/snapshot.ts";
import { loadState, readFrom, saveState, stateOf } from "../../src/store/state.ts";
import { faultyStore } from "../support/faulty_store.ts";
import { putText, textAt } from "../support/objects.ts";
import { thrownBy } from "../support/thrown.ts";

function published(extents: Record<string, string>): Snapshot {
  const series = Object.entries(extents).map(([code, last]) => [code, { first: last, last, count: 1 }] as const);
  return { series: new Map(series), partitions: new Map() };
}

describe("a series is read from", () => {
  const april = published({ A: "2026-04-15T00:00:00-03:00" });

  test.each([
    ["the state, where it is the earlier", { A: "2026-04-10T00:00:00" }, april, 0, "2026-04-10T00:00:00"],
    ["the snapshot, where it is", { A: "2026-04-20T00:00:00" }, april, 0, "2026-04-15T00:00:00"],
    ["either, where they agree", { A: "2026-04-15T00:00:00" }, april, 0, "2026-04-15T00:00:00"],
    ["its begin, without a state", { B: "2026-04-15T00:00:00" }, april, 0, undefined],
    ["its begin, without it in the snapshot", { A: "2026-04-15T00:00:00" }, published({}), 0, undefined],
    ["its begin, without either", {}, published({}), 5, undefined],
    ["the state, where there is no store", { A: "2026-04-15T00:00:00" }, undefined, 0, "2026-04-15T00:00:00"],
    ["days before, to look back", { A: "2026-04-20T00:00:00" }, april, 15, "2026-03-31T00:00:00"],
    ["days before, where there is no store", { A: "2026-03-01T10:30:00" }, undefined, 1, "2026-02-28T10:30:00"],
    ["a state of days only", { A: "2026-04-10" }, april, 0, "2026-04-10T00:00:00"],
    [
      "the earlier of two ways to write it",
      { A: "2026-04-15 10:00:00" },
      published({ A: "2026-04-15T09:00:00-03:00" }),
      0,
      "2026-04-15T09:00:00",
    ],
    ["the earlier one with a fraction", { A: "2026-04-15T00:00:00.5" }, april, 0, "2026-04-15T00:00:00"],
  ] as const)("%s", (_, state, snapshot, lookback, expected) => {
    expect(readFrom("A", state, snapshot, lookback)).toBe(expected as string | undefined);
  });

  test.each(["toString", "valueOf", "hasOwnProperty"])("its begin, also where it is called %s", (code) => {
    expect(readFrom(code, {}, published({ [code]: "2026-04-15T00:00:00-03:00" }), 0)).toBeUndefined();
  });
});

test("the state that follows from what is published is local time without zone", () => {
  const snapshot = published({ A: "2026-04-15T00:00:00-03:00", B: "2026-03-31T22:30:00+05:45" });
  expect(stateOf(snapshot)).toEqual({ A: "2026-04-15T00:00:00", B: "2026-03-31T22:30:00" });
});

describe("a state file", () => {
  const key = "datasets/rates/state.json";

  test("is a JSON map in the order of the codes, and is read again", async () => {
    const objects = memoryStore();
    const state = { B: "2026-04-15T00:00:00", A: "2026-04-14T00:00:00" };
    expect(await loadState({ objects, key })).toBeUndefined();
    await saveState({ objects, key }, undefined, state);
    expect(await textAt(objects, key)).toBe('{\n  "A": "2026-04-14T00:00:00",\n  "B": "2026-04-15T00:00:00"\n}\n');
    expect(await loadState({ objects, key })).toEqual(state);
  });

  test("is not written where nothing is new", async () => {
    const { store, calls } = faultyStore(memoryStore(), () => undefined);
    const state = { A: "2026-04-14T00:00:00", B: "2026-04-15T00:00:00" };
    await saveState({ objects: store, key }, { B: state.B, A: state.A }, state);
    expect(calls).toEqual([]);
    await saveState({ objects: store, key }, { A: state.A }, state);
    expect(calls).toHaveLength(1);
  });

  test.each([[""], ["{"], ["null"], ['{"A": 5}'], ['{"A": "yesterday"}'], ['{"A": null}'], ['{"A": "2026-02-30"}']])(
    "that holds %j is an error that says what to do",
    async (text) => {
      const objects = memoryStore();
      await putText(objects, key, text);
      expect(await thrownBy(loadState({ objects, key }))).toMatchObject({
        code: "STORAGE",
        message: `Cannot read the state "memory/${key}": it is not a map of series to times`,
        hint: "ingestor state reset DATASET removes it; the next run then reads the whole source",
      });
    },
  );
});
