import * as fc from "fast-check";
import { expect, test } from "bun:test";
import type { StoredObservation } from "../../src/core/observation.ts";
import { compareVersions, type Change } from "../../src/store/compare.ts";
import { versionNamed } from "../../src/store/pick.ts";
import { histories, publishHistory, saying, shapes } from "../support/vintages.ts";

const keyOf = ({ internal_series_code, obs_time }: Pick<Change, "internal_series_code" | "obs_time">) =>
  `${internal_series_code} ${obs_time}`;

function applied(rows: readonly StoredObservation[], changes: readonly Change[]): StoredObservation[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  for (const change of changes) {
    const before = byKey.get(keyOf(change));
    expect(before && saying([before])).toEqual(change.before && saying([change.before]));
    if (change.after) byKey.set(keyOf(change), change.after);
    else byKey.delete(keyOf(change));
  }
  return [...byKey.values()];
}

test("the difference of two versions, applied to the one, gives the other", async () => {
  await fc.assert(
    fc.asyncProperty(histories, shapes, async (history, shape) => {
      const { site, vintages } = await publishHistory(history, shape);
      for (const a of vintages) {
        for (const b of vintages) {
          const [before, after] = [await versionNamed(site, a.version_id), await versionNamed(site, b.version_id)];
          const batches = await Array.fromAsync(compareVersions(site, before.snapshot, after.snapshot));
          const changes = batches.flat();
          expect(saying(applied(a.rows, changes))).toEqual(saying(b.rows));
          for (const { change, before, after } of changes) {
            expect(change).toBe(before === undefined ? "added" : after === undefined ? "withdrawn" : "revised");
            if (before && after) expect(saying([before])).not.toEqual(saying([after]));
          }
        }
      }
    }),
    { numRuns: 40 },
  );
});
