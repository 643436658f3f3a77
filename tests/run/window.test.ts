import { expect, test } from "bun:test";
import { world } from "../support/run.ts";

const set = ["windowInDays=30"];
/** The world begins on 2026-04-21: the window goes back to 2026-03-22, in the middle of a partition. */
const source = "A_D,2026-03-01,1\nA_D,2026-03-21,2\nA_D,2026-03-23,3\nA_D,2026-04-01,4\nB_D,2026-04-01,40\n";

test("what lies outside the window is not loaded", async () => {
  const w = world();
  w.serve(source);
  expect((await w.run({ set })).report).toMatchObject({ status: "published", added: 3, rejected: 0 });
  expect(await w.current()).toEqual(["A_D,2026-03-23,3", "A_D,2026-04-01,4", "B_D,2026-04-01,40"]);
});

test("what lies outside the window is neither compared nor withdrawn, in no partition", async () => {
  const w = world();
  w.serve(`A_D,2026-02-01,0\n${source}`);
  await w.run();
  const before = await w.current();
  w.serve("A_D,2026-03-21,200\nA_D,2026-03-23,3\nA_D,2026-04-01,4\nB_D,2026-04-01,40\n");
  const options = { set: [...set, "load.on_withdrawal=drop"] };
  expect((await w.run(options)).report).toMatchObject({ status: "unchanged", full: true, revised: 0, withdrawn: 0 });
  expect(await w.current()).toEqual(before);
});

test("what lies inside is", async () => {
  const w = world();
  w.serve(source);
  await w.run();
  w.serve("A_D,2026-03-25,9\nA_D,2026-04-01,4.5\nB_D,2026-04-01,40\n");
  const { report } = await w.run({ set: [...set, "load.on_withdrawal=drop"] });
  expect(report).toMatchObject({ status: "published", added: 1, revised: 1, withdrawn: 1 });
  expect(await w.current()).toEqual([
    "A_D,2026-03-01,1",
    "A_D,2026-03-21,2",
    "A_D,2026-03-25,9",
    "A_D,2026-04-01,4.5",
    "B_D,2026-04-01,40",
  ]);
});

test("a first run of which nothing lies inside the window is an error, and later ones bring nothing new", async () => {
  const w = world();
  w.serve("A_D,2026-01-01,4\nB_D,2026-01-01,40\n");
  expect((await w.run({ set })).report).toMatchObject({
    status: "failed",
    version_id: null,
    error: {
      code: "STAGE",
      message: 'Cannot load "rates": of 2 observations none is left, and there is no version yet',
      hint: "what is missing was taken out by transform, or lies outside the 30 days of windowInDays",
    },
  });
  w.serve(source);
  await w.run({ set });
  w.serve("A_D,2026-01-01,4\nB_D,2026-01-01,40\n");
  expect((await w.run({ set })).report).toMatchObject({ status: "unchanged", added: 0, withdrawn: 3 });
});

test("a series with nothing inside the window is no hole", async () => {
  const w = world();
  w.serve("A_D,2026-04-01,4\nB_D,2026-01-01,40\n");
  expect((await w.run({ set })).report).toMatchObject({ status: "published", added: 1 });
  expect(await w.current()).toEqual(["A_D,2026-04-01,4"]);
});
