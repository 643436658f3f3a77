import { expect, test } from "bun:test";
import { changeChunks, diffSummary, newDiffTally } from "../../src/cli/diff_text.ts";
import type { StoredObservation } from "../../src/core/observation.ts";
import { compareRows, type Change } from "../../src/store/compare.ts";

const row = (code: string, date: string, value: number, unit = "index"): StoredObservation => ({
  obs_time: `${date}T00:00:00-03:00`,
  internal_series_code: code,
  value,
  unit,
  frequency: "D",
  collection_date: "2026-04-21T12:00:00.000000+00:00",
});

const changes = compareRows(
  [row("A_D", "2026-04-01", 1), row("A_D", "2026-04-02", 2), row("A_D", "2026-04-03", 3), row("A_D", "2026-04-05", 5)],
  [
    row("A_D", "2026-04-01", 1),
    row("A_D", "2026-04-02", 2.5),
    row("A_D", "2026-04-03", 3, "percent"),
    row("LONG_D", "2026-04-04", 4),
  ],
);

async function textOf(batches: Change[][], most: number): Promise<string> {
  const tally = newDiffTally();
  async function* counted() {
    for (const batch of batches) {
      batch.forEach(tally.count);
      yield batch;
    }
  }
  const chunks = await Array.fromAsync(changeChunks(counted(), most));
  return chunks.join("") + diffSummary("rates", "v1", "v2", tally, most);
}

const summary = `series  added  revised  withdrawn
A_D         0        2          1
LONG_D      1        0          0

rates: v1 → v2 (1 added, 2 revised, 1 withdrawn)
`;

test("each change is a line, then come the series and the sum", async () => {
  expect(await textOf([changes.slice(0, 1), changes.slice(1)], Infinity))
    .toBe(`change     series  obs_time     before      after
revised    A_D     2026-04-02        2        2.5
revised    A_D     2026-04-03  3 index  3 percent
added      LONG_D  2026-04-04                   4
withdrawn  A_D     2026-04-05        5

${summary}`);
});

test("on a screen the lines are cut, and all are counted", async () => {
  expect(await textOf([changes.slice(0, 1), changes.slice(1)], 2)).toBe(`change   series  obs_time     before      after
revised  A_D     2026-04-02        2        2.5
revised  A_D     2026-04-03  3 index  3 percent
… and 2 more: -v shows all

${summary}`);
});

test("without changes there is only the sum", async () => {
  expect(await textOf([], 20)).toBe("rates: v1 → v2 (0 added, 0 revised, 0 withdrawn)\n");
  expect(diffSummary("rates", undefined, "v1", newDiffTally(), 20)).toStartWith("rates: nothing → v1 ");
});
