import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { StoredObservation } from "../../src/core/observation.ts";
import { mergeObservations, type MergeRules } from "../../src/store/merge.ts";
import { compareObservations, saysTheSame } from "../../src/store/order.ts";
import { fewStored } from "../support/arbitraries.ts";

const rules: fc.Arbitrary<MergeRules> = fc.record({
  full: fc.boolean(),
  since: fc.constantFrom(Number.NEGATIVE_INFINITY, Date.UTC(2024, 0, 6)),
  on_revision: fc.constantFrom("replace", "keep"),
  on_withdrawal: fc.constantFrom("drop", "keep"),
});

const placeOf = (row: StoredObservation) => `${row.obs_time} ${row.internal_series_code}`;
const places = (rows: readonly StoredObservation[]) => rows.map(placeOf);
const byPlace = (rows: readonly StoredObservation[]) => new Map(rows.map((row) => [placeOf(row), row]));

function forAll(check: (base: StoredObservation[], fresh: StoredObservation[], rules: MergeRules) => void) {
  fc.assert(fc.property(fewStored, fewStored, rules, check), { numRuns: 500 });
}

describe("a merge", () => {
  test("is in order, with one observation of each series and instant", () => {
    forAll((base, fresh, rules) => {
      const { rows } = mergeObservations(base, fresh, rules);
      expect(rows).toEqual(rows.toSorted(compareObservations));
      expect(new Set(places(rows)).size).toBe(rows.length);
    });
  });

  test("twice with the same changes nothing more", () => {
    forAll((base, fresh, rules) => {
      const once = mergeObservations(base, fresh, rules);
      const twice = mergeObservations(once.rows, fresh, rules);
      expect(twice.rows).toEqual(once.rows);
      expect(twice.added).toEqual([]);
      expect(twice.revised).toEqual(rules.on_revision === "keep" ? once.revised : []);
      expect(twice.withdrawn).toEqual(rules.full && rules.on_withdrawal === "keep" ? once.withdrawn : []);
    });
  });

  test("with itself is itself, collection dates and all", () => {
    forAll((base, _, rules) => {
      const seenLater = base.map((row) => ({ ...row, collection_date: "2099-01-01T00:00:00.000000+00:00" }));
      expect(mergeObservations(base, seenLater, rules)).toEqual({
        rows: base,
        added: [],
        revised: [],
        withdrawn: [],
        moved: [],
      });
    });
  });

  test("tells exactly what differs", () => {
    forAll((base, fresh, rules) => {
      const { added, revised, withdrawn } = mergeObservations(base, fresh, rules);
      const [old, now] = [byPlace(base), byPlace(fresh)];
      expect(added).toEqual(fresh.filter((row) => !old.has(placeOf(row))));
      expect(revised).toEqual(
        fresh.filter((row) => {
          const before = old.get(placeOf(row));
          return before !== undefined && !saysTheSame(before, row);
        }),
      );
      const gone = base.filter((row) => !now.has(placeOf(row)) && Date.parse(row.obs_time) >= rules.since);
      expect(withdrawn).toEqual(rules.full ? gone : []);
    });
  });

  test("gives what was there, and the differences by the rules", () => {
    forAll((base, fresh, rules) => {
      const { rows, added, revised, withdrawn } = mergeObservations(base, fresh, rules);
      const expected = byPlace(base);
      for (const row of added) expected.set(placeOf(row), row);
      if (rules.on_revision === "replace") for (const row of revised) expected.set(placeOf(row), row);
      if (rules.on_withdrawal === "drop") for (const row of withdrawn) expected.delete(placeOf(row));
      expect(rows).toEqual([...expected.values()].toSorted(compareObservations));
    });
  });
});

describe("by example", () => {
  const at = (day: string, value: number, more: Partial<StoredObservation> = {}): StoredObservation => ({
    obs_time: `2024-01-${day}T00:00:00-03:00`,
    internal_series_code: "A",
    value,
    unit: "index",
    frequency: "D",
    collection_date: "2026-04-21T12:00:00.000000+00:00",
    ...more,
  });
  const replace: MergeRules = {
    full: true,
    since: Number.NEGATIVE_INFINITY,
    on_revision: "replace",
    on_withdrawal: "keep",
  };
  const base = [at("01", 1), at("02", 2), at("03", 3)];

  test("a new unit, and the same instant at another offset, are revisions", () => {
    const fresh = [
      at("01", 1, { unit: "percent" }),
      at("02", 2, { obs_time: "2024-01-02T03:00:00+00:00" }),
      at("03", 3),
    ];
    const { rows, revised } = mergeObservations(base, fresh, replace);
    expect(rows).toEqual(fresh);
    expect(revised).toEqual(fresh.slice(0, 2));
  });

  test("what another partition holds now is dropped, and is no withdrawal, whatever the rules", () => {
    const moved = ({ obs_time }: StoredObservation) => obs_time.startsWith("2024-01-02");
    for (const full of [true, false]) {
      const merged = mergeObservations(base, [at("01", 1)], { ...replace, full, moved });
      expect(merged.rows).toEqual([at("01", 1), at("03", 3)]);
      expect([merged.moved, merged.withdrawn]).toEqual([[at("02", 2)], full ? [at("03", 3)] : []]);
    }
  });

  test("what lies before the window is not withdrawn, what begins it is", () => {
    const since = Date.parse("2024-01-02T00:00:00-03:00");
    const { rows, withdrawn } = mergeObservations(base, [], { ...replace, since, on_withdrawal: "drop" });
    expect([rows, withdrawn]).toEqual([base.slice(0, 1), base.slice(1)]);
  });
});
