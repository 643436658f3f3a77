import { expect, test } from "bun:test";
import { memoryStore } from "../../src/adapters/memory_store.ts";
import { resetState, setState } from "../../src/store/edit_state.ts";
import { loadState } from "../../src/store/state.ts";
import { keysIn, putText, textAt } from "../support/objects.ts";

const [may, june] = ["2024-05-01T00:00:00", "2024-06-01T00:00:00"];

function place() {
  return { objects: memoryStore(), key: "state.json" };
}

test("setting changes these series alone, and says what it changed", async () => {
  const here = place();
  expect(await setState(here, { A_D: may, B_D: may })).toEqual([
    { internal_series_code: "A_D", before: undefined, after: may },
    { internal_series_code: "B_D", before: undefined, after: may },
  ]);
  expect(await setState(here, { A_D: june, B_D: may })).toEqual([
    { internal_series_code: "A_D", before: may, after: june },
  ]);
  expect(await loadState(here)).toEqual({ A_D: june, B_D: may });
});

test("resetting some leaves the others, and resetting the last one leaves nothing", async () => {
  const here = place();
  await setState(here, { A_D: may, B_D: june });
  expect(await resetState(here, ["A_D", "C_D"])).toEqual([
    { internal_series_code: "A_D", before: may, after: undefined },
  ]);
  expect(await loadState(here)).toEqual({ B_D: june });
  await resetState(here, ["B_D"]);
  expect(await keysIn(here.objects)).toEqual([]);
  expect(await resetState(here)).toEqual([]);
});

test("a state that cannot be read can be reset as a whole, and is not overwritten by accident", async () => {
  const here = place();
  await putText(here.objects, here.key, "{");
  expect(setState(here, { A_D: may })).rejects.toThrow('Cannot read the state "memory/state.json"');
  expect(resetState(here, ["A_D"])).rejects.toThrow('Cannot read the state "memory/state.json"');
  expect(await textAt(here.objects, here.key)).toBe("{");
  await resetState(here);
  expect(await keysIn(here.objects)).toEqual([]);
});
