import { expect, test } from "bun:test";
import { plainDisplay } from "../../src/cli/display.ts";
import { liveDisplay } from "../../src/cli/live_display.ts";
import { progressText, stageLine } from "../../src/cli/progress.ts";
import type { RunEvent } from "../../src/run/ports.ts";

const finished = { kind: "finished", stage: "extract", seconds: 0.31, counts: { bytes: 5_400_000 } } as const;

test.each([
  [finished, "extract    5.4 MB in 0.3 s"],
  [{ ...finished, stage: "parse", counts: { points: 1200, rows: 3 } }, "parse      1,200 points, 3 rows in 0.3 s"],
  [{ ...finished, counts: {} }, "extract    0.3 s"],
])("a finished stage is one line", (event, line) => {
  expect(stageLine(event)).toBe(line);
});

test.each([
  [5, 10, "rows", "load  █████░░░░░  5 rows of 10 rows"],
  [20_000, 10_000, "bytes", "load  ██████████  20.0 kB of 10.0 kB"],
  [5, undefined, "partitions", "load  5 partitions"],
  [5, 0, "rows", "load  5 rows"],
] as const)("progress of %p in %p", (done, total, unit, text) => {
  expect(progressText({ kind: "progress", stage: "load", done, total, unit })).toBe(text);
});

const events: RunEvent[] = [
  { kind: "started", stage: "extract" },
  { kind: "progress", stage: "extract", done: 1, unit: "bytes" },
  { kind: "warning", message: "TLS is not verified" },
  finished,
];

test("in a pipe there is a line a stage, and the warnings", () => {
  const notes: string[] = [];
  const display = plainDisplay({ note: (text) => notes.push(text) });
  events.forEach((event) => display.show(event));
  display.end();
  expect(notes).toEqual(["warning: TLS is not verified\n", "extract    5.4 MB in 0.3 s\n"]);
});

function live({ columns = 80, many = false } = {}) {
  const written: string[] = [];
  const clock = { now: 0 };
  const display = liveDisplay({
    note: (text) => written.push(text.replaceAll("\r\u001b[2K", "<clear>")),
    warn: (message) => written.push(`! ${message}`),
    now: () => clock.now,
    columns,
    many,
  });
  return { display, written, clock };
}

test("on a terminal one line follows the stages under way, and is gone at the end", () => {
  const { display, written } = live();
  events.forEach((event) => display.show(event));
  display.show({ kind: "started", stage: "parse" });
  display.end();
  expect(written).toEqual([
    "<clear>extract",
    "<clear>",
    "! TLS is not verified",
    "<clear>extract  1 B",
    "<clear>",
    "extract    5.4 MB in 0.3 s\n",
    "<clear>parse",
    "<clear>",
  ]);
});

test("the line is drawn at most ten times a second", () => {
  const { display, written, clock } = live();
  display.show({ kind: "started", stage: "parse" });
  for (let done = 1; done <= 1000; done++) {
    clock.now += 1;
    display.show({ kind: "progress", stage: "parse", done, unit: "rows" });
  }
  expect(written).toHaveLength(11);
  expect(written.at(-1)).toBe("<clear>parse  1,000 rows");
});

test("the line never wraps", () => {
  const { display, written } = live({ columns: 12 });
  display.show({ kind: "started", stage: "a" });
  display.show({ kind: "started", stage: "longer stage" });
  expect(written).toEqual(["<clear>a", "<clear>a   longer…"]);
});

test("of several datasets, lines in a pipe say whose they are", () => {
  const notes: string[] = [];
  const display = plainDisplay({ note: (text) => notes.push(text), many: true, verbose: true });
  events.forEach((event) => display.show(event, { dataset_id: "rates", run_id: "r1" }));
  expect(notes).toEqual([
    "debug: rates: extract begins\n",
    "warning: rates: TLS is not verified\n",
    "rates: extract    5.4 MB in 0.3 s\n",
  ]);
});

test("of several datasets, a terminal has a line for each, and what stays is written above them", async () => {
  const { display, written } = live({ many: true });
  const [a, b] = [
    { dataset_id: "a", run_id: "r1" },
    { dataset_id: "b", run_id: "r2" },
  ];
  for (const run of [a, b]) display.show({ kind: "opened" }, run);
  display.show({ kind: "started", stage: "parse" }, a);
  display.show({ kind: "started", stage: "load" }, b);
  display.end("a");
  await display.aside(() => void written.push("a is done"));
  display.end();
  const above = "<clear>\u001b[1A\u001b[2K";
  expect(written).toEqual([
    "<clear>a   parse\nb",
    `${above}a   parse\nb   load`,
    above,
    "<clear>b   load",
    "<clear>",
    "a is done",
    "<clear>b   load",
    "<clear>",
  ]);
});
