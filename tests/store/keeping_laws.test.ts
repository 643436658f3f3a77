import * as fc from "fast-check";
import { expect, setDefaultTimeout, test } from "bun:test";
import { dying, keeping } from "../support/keeping.ts";
import { withState, world, type RunSettings, type World } from "../support/run.ts";

setDefaultTimeout(120_000);

/** What is done to a dataset one after another, each some hours after the last, and perhaps not to its end. */
interface Deed {
  hours: number;
  diesAt: number | undefined;
  what:
    | { kind: "run"; values: (number | null)[]; full: boolean }
    | { kind: "rollback"; back: number }
    | { kind: "prune"; keepLast: number; keepDays: number };
}

const days = [
  "A_D,2040-01-30",
  "A_D,2040-01-31",
  "A_D,2040-02-01",
  "A_D,2040-03-01",
  "B_D,2040-01-31",
  "B_D,2040-02-01",
];

const values = fc.array(fc.option(fc.integer({ min: 1, max: 3 }), { freq: 4 }), {
  minLength: days.length,
  maxLength: days.length,
});
const what: fc.Arbitrary<Deed["what"]> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("run"), values, full: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rollback"), back: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("prune"),
      keepLast: fc.integer({ min: 1, max: 4 }),
      keepDays: fc.nat(3),
    }),
  },
);
const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.record({ hours: fc.integer({ min: 0, max: 40 }), diesAt: fc.option(fc.nat(60), { nil: undefined }), what }),
  { minLength: 2, maxLength: 12 },
);

/** A bank whose source always has one observation of each series, so that no series is a hole. */
function sourceOf(numbers: readonly (number | null)[]): string {
  const rows = days.flatMap((key, index) => (typeof numbers[index] === "number" ? `${key},${numbers[index]}` : []));
  return ["A_D,2040-01-01,1", "B_D,2040-01-01,1", ...rows].map((row) => `${row}\n`).join("");
}

const withoutDate = (rows: readonly string[]) => rows.map((row) => row.replace(/,"collection_date":.*/, ""));

async function act(w: World, { what: deed }: Deed, settings: RunSettings): Promise<void> {
  const keep = keeping(w, settings);
  if (deed.kind === "run") {
    w.serve(sourceOf(deed.values));
    await w.run({ ...settings, full: deed.full });
  } else if (deed.kind === "prune") {
    await keep.prune(deed).catch(() => {});
  } else {
    const chain = await keeping(w).chain();
    const version_id = chain[deed.back % Math.max(1, chain.length)];
    if (version_id !== undefined) await keep.rollback(version_id).catch(() => {});
  }
}

/** What must hold when a deed was done to its end, beside what holds in any case. */
async function expectDone(
  w: World,
  { what: deed }: Deed,
  before: Map<string, string[]>,
  chain: string[],
  set: string[],
) {
  const keep = keeping(w, { set });
  expect(await keep.problems()).toEqual([]);
  if (deed.kind === "prune") {
    const { plan } = await keep.prune({ ...deed, yes: false });
    expect(plan).toMatchObject({ versions: [], archives: [], reports: [] });
  }
  const wanted = deed.kind === "rollback" ? before.get(chain[deed.back % Math.max(1, chain.length)] ?? "") : undefined;
  const [current] = await keep.chain();
  if (wanted && current) expect(withoutDate(await keep.contentOf(current))).toEqual(withoutDate(wanted));
}

test.each<{ what: string; set: string[] }>([
  { what: "with state", set: [withState, "load.on_withdrawal=drop"] },
  { what: "without state", set: [] },
  { what: "in mode direct", set: ["load.projection={mode: direct}"] },
])("whatever is done, $what, every version that is listed is whole and stays what it was", async ({ set }) => {
  await fc.assert(
    fc.asyncProperty(deeds, async (all) => {
      const w = world();
      const keep = keeping(w, { set });
      const known = new Map<string, string[]>();
      let time = Date.UTC(2040, 3, 1);
      for (const deed of all) {
        w.at(new Date((time += deed.hours * 3_600_000)).toISOString());
        const chain = await keep.chain();
        const death = dying(w, deed.diesAt ?? Infinity);
        await act(w, deed, { set, ports: death.ports });
        for (const version_id of await keep.chain()) {
          const content = await keep.contentOf(version_id);
          expect(content).toEqual(known.get(version_id) ?? content);
          known.set(version_id, content);
        }
        if (death.died()) expect(await keep.problems({ repair: true })).toEqual([]);
        else await expectDone(w, deed, known, chain, set);
      }
    }),
    { numRuns: 60 },
  );
});
