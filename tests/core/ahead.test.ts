import { expect, test } from "bun:test";
import { workAhead } from "../../src/core/ahead.ts";

const light = { items: 3, weight: 100, weightOf: () => 1 };

test("results come in the order of the items, however long each takes", async () => {
  const delays = [20, 1, 10, 0, 5];
  const results = workAhead(delays.entries(), async ([index, delay]) => Bun.sleep(delay).then(() => index), light);
  expect(await Array.fromAsync(results)).toEqual([0, 1, 2, 3, 4]);
});

test.each([
  ["items", { items: 3, weight: 100, weightOf: () => 1 }, 3],
  ["weight", { items: 9, weight: 4, weightOf: () => 2 }, 2],
  ["a weight that each exceeds alone", { items: 9, weight: 4, weightOf: () => 5 }, 1],
])("no more is under way than %s allow", async (_, most, expected) => {
  let [underWay, highest] = [0, 0];
  const work = async (item: number) => {
    highest = Math.max(highest, ++underWay);
    await Bun.sleep(1);
    underWay--;
    return item;
  };
  const items = [1, 2, 3, 4, 5, 6, 7];
  expect(await Array.fromAsync(workAhead(items, work, most))).toEqual(items);
  expect(highest).toBe(expected);
});

test("a failure comes in its turn, and none is left unhandled", async () => {
  const seen: number[] = [];
  const work = async (item: number) => {
    if (item > 1) throw new Error(`failed at ${item}`);
    return item;
  };
  const reading = (async () => {
    for await (const item of workAhead([0, 1, 2, 3], work, light)) {
      await Bun.sleep(1);
      seen.push(item);
    }
  })();
  expect(reading).rejects.toThrow("failed at 2");
  expect(seen).toEqual([0, 1]);
});

test("whoever stops early waits for what is under way", async () => {
  let ended = 0;
  const work = (item: number) => Bun.sleep(5).then(() => (ended++, item));
  for await (const _ of workAhead([1, 2, 3, 4, 5], work, light)) break;
  expect(ended).toBe(3);
});
