import { expect, test } from "bun:test";
import { IngestorError, type ErrorCode } from "../../src/core/errors.ts";
import { exitCodeOf, worstOf } from "../../src/cli/exit.ts";
import { exitCodeOfOutcome, outcomeOfFailure } from "../../src/cli/outcome.ts";

const rows: [ErrorCode, number][] = [
  ["ARGUMENT", 2],
  ["CONFIG", 2],
  ["PLUGIN", 2],
  ["SOURCE", 1],
  ["STAGE", 1],
  ["STORAGE", 1],
  ["BUSY", 3],
  ["BLOCKED", 4],
  ["CONFLICT", 5],
];

const at = new Date("2026-01-02T12:00:00Z");

test.each(rows)("%s exits with %d", (code, exit) => {
  const error = new IngestorError(code, "Cannot go on: no");
  expect(exitCodeOf(error)).toBe(exit);
  expect(exitCodeOfOutcome(outcomeOfFailure("x", error, at))).toBe(exit);
});

test("a stop exits with the code of its signal", () => {
  const error = new IngestorError("STOPPED", "Cannot go on: stopped by SIGTERM");
  expect(exitCodeOf(error, 143)).toBe(143);
  expect(exitCodeOf(error, 130)).toBe(130);
  expect(exitCodeOf(new IngestorError("SOURCE", "Cannot go on: no"), 143)).toBe(1);
});

test("whatever else is thrown is a bug", () => {
  expect(exitCodeOf(new TypeError("x"))).toBe(70);
  expect(exitCodeOf(undefined)).toBe(70);
  expect(exitCodeOfOutcome(outcomeOfFailure("x", new TypeError("x"), at))).toBe(70);
});

test.each([
  [[], 0],
  [[0, 0], 0],
  [[0, 3], 3],
  [[3, 4], 4],
  [[5, 4], 5],
  [[5, 1], 1],
  [[1, 2, 1], 2],
  [[2, 70], 70],
  [[0, 143], 143],
])("the worst of %j is %d", (codes, worst) => {
  expect(worstOf(codes)).toBe(worst);
});

test("a report without an error exits by its status", () => {
  const { report } = outcomeOfFailure("x", undefined, at);
  const { error: _, ...rest } = report;
  const exitOf = (status: typeof report.status) => exitCodeOfOutcome({ report: { ...rest, status } }, 143);
  expect(["published", "unchanged", "done"].map((status) => exitOf(status as typeof report.status))).toEqual([0, 0, 0]);
  expect([exitOf("failed"), exitOf("busy"), exitOf("blocked"), exitOf("stopped")]).toEqual([1, 3, 4, 143]);
});
