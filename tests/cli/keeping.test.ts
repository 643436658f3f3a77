import { expect, test } from "bun:test";
import { outcomeOfFailure } from "../../src/cli/outcome.ts";
import { pruneJson, pruneText } from "../../src/cli/prune_text.ts";
import { rollbackText } from "../../src/cli/rollback.ts";
import { verifyJson, verifyText } from "../../src/cli/verify_text.ts";
import type { Pruned } from "../../src/run/prune.ts";
import type { Verified } from "../../src/run/verify.ts";

const { error: _, ...empty } = outcomeOfFailure("example", undefined, new Date("2026-01-02T12:00:00Z")).report;
const [old, now] = ["v20260101_120000_000001", "v20260102_120000_000002"];

test("a rollback says what it published, and what changed with it", () => {
  const report = { ...empty, status: "published", version_id: now, rolled_back_to: old } as const;
  expect(rollbackText({ ...report, added: 1_000, revised: 2, withdrawn: 3 })).toBe(
    `example: published ${now} with the content of ${old} (+1,000 new, 2 revised, 3 withdrawn)\n`,
  );
  expect(rollbackText({ ...report, status: "unchanged" })).toBe(
    `example: nothing to do, ${now} has the content of ${old}\n`,
  );
  expect(rollbackText({ ...report, status: "unchanged", version_id: old })).toBe(
    `example: nothing to do, ${old} is current\n`,
  );
});

const whole: Verified = {
  version_id: now,
  snapshot: undefined,
  unlisted: false,
  versions: 1,
  files: 1_234,
  projections: 1_234,
  archives: 0,
  findings: [],
  store: "./data",
  repaired: [],
  hindrance: undefined,
};

const lost = { key: `datasets/example/versions/${now}/data/A_D/data.json`, problem: "is missing" };
const copy = { partition: "A_D", entry: { version_id: now, rows: 1, digest: "x" } };
const findings: Verified["findings"] = [
  { key: "datasets/example/projections/A_D/data.json", problem: "is missing", remedy: { kind: "projection", ...copy } },
  { key: `datasets/example/sources/${"0".repeat(4)}`, problem: "is not what its name says" },
  lost,
];

test("what is whole is one line", () => {
  expect(verifyText("example", whole, 20)).toBe(
    `example: whole in ./data (${now}, 1,234 data files, 1,234 projections)\n`,
  );
  expect(verifyText("example", { ...whole, versions: 2, projections: 0, files: 1, archives: 2 }, 20)).toBe(
    "example: whole in ./data (2 versions, 1 data file, 2 source archives)\n",
  );
  expect(verifyText("example", { ...whole, version_id: undefined }, 20)).toBe("example: nothing is published yet\n");
  expect(verifyText("example", { ...whole, unlisted: true }, 20)).toBe(
    `example: whole in ./data (${now} was written by an older system, which does not list what it consists of)\n`,
  );
});

test("every problem is a line, and below stands what to do", () => {
  expect(verifyText("example", { ...whole, findings }, 20))
    .toBe(`example: 3 problems in ./data (${now}, 1,234 data files, 1,234 projections)

wrong:
  datasets/example/projections/A_D/data.json is missing
  datasets/example/sources/0000 is not what its name says
  datasets/example/versions/${now}/data/A_D/data.json is missing

hint: --repair puts 1 of these right
hint: restore lost data files from a backup; or roll back to a version that does without them, and then run --full
hint: restore the others from a backup
`);
});

test("of many problems only the first are shown, unless all is asked for", () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ ...lost, key: `${lost.key}${index}` }));
  const lines = verifyText("example", { ...whole, findings: many }, 20).split("\n");
  expect(lines.filter((line) => line.endsWith("is missing"))).toHaveLength(20);
  expect(lines).toContain("  … and 10 more: -v shows all");
  expect(verifyText("example", { ...whole, findings: many }, Infinity).match(/is missing/g)).toHaveLength(30);
});

test("after a repair stands what was put right, and what hindered it", () => {
  const [projection] = findings;
  expect(verifyText("example", { ...whole, repaired: projection ? [projection] : [] }, 20))
    .toBe(`example: whole, 1 repaired in ./data (${now}, 1,234 data files, 1,234 projections)

repaired:
  datasets/example/projections/A_D/data.json is missing
`);
  const hindrance = `Cannot read "${lost.key}": it is missing in ./data`;
  expect(verifyText("example", { ...whole, findings: [lost], hindrance }, 20))
    .toBe(`example: 1 problem in ./data (${now}, 1,234 data files, 1,234 projections)

wrong:
  ${lost.key} is missing

the projections could not be repaired: ${hindrance}
hint: restore lost data files from a backup; or roll back to a version that does without them, and then run --full
`);
});

test("verify for programs has every problem, and whether it can be repaired", () => {
  const text = verifyJson("example", { ...whole, version_id: undefined, findings: findings.slice(0, 2) });
  expect(text).toEndWith("}\n");
  expect(JSON.parse(text)).toEqual({
    dataset_id: "example",
    store: "./data",
    version_id: null,
    versions: 1,
    files: 1_234,
    projections: 1_234,
    archives: 0,
    problems: [
      { key: "datasets/example/projections/A_D/data.json", problem: "is missing", repairable: true },
      { key: "datasets/example/sources/0000", problem: "is not what its name says", repairable: false },
    ],
    repaired: [],
  });
});

const object = (size: number) => ({ key: "datasets/example/x", size, modified: new Date(0) });
const plan: Pruned["plan"] = {
  kept: [now],
  oldest: { before: undefined, after: now },
  unannounced: false,
  versions: [
    { version_id: old, why: "old", manifest: "m", files: ["s", "d"], bytes: 3_000 },
    { version_id: "v20260101_130000_000003", why: "never current", manifest: undefined, files: ["d"], bytes: 10 },
  ],
  archives: [object(1_000_000)],
  reports: [object(500), object(500)],
};
const pruned: Pruned = { store: "./data", deleted: false, plan };

test("a prune says what would go, and how to let it go", () => {
  expect(pruneText("example", pruned, 20)).toBe(`example: would delete 7 files, 1.0 MB; 1 version stays

version                  files    size  why
v20260101_120000_000001      3  3.0 kB  old
v20260101_130000_000003      1    10 B  never current

source archives  1
run reports      2

nothing is deleted yet: --yes deletes
`);
});

test("and what went; of many versions only the first are shown", () => {
  const cut = { ...plan, archives: [], reports: [] };
  expect(pruneText("example", { ...pruned, deleted: true, plan: cut }, 1))
    .toBe(`example: deleted 4 files, 3.0 kB; 1 version stays

version                  files    size  why
v20260101_120000_000001      3  3.0 kB  old
… and 1 more: -v shows all
`);
});

test("where nothing goes that is said, and why", () => {
  const nothing = { ...plan, versions: [], archives: [], reports: [], kept: [now, old] };
  expect(pruneText("example", { ...pruned, plan: nothing }, 20)).toBe("example: nothing to delete, 2 versions stay\n");
  expect(pruneText("example", { ...pruned, plan: { ...nothing, unannounced: true } }, 20)).toBe(
    "example: nothing to delete, 2 versions stay: what was announced is not known\n",
  );
});

test("prune for programs", () => {
  expect(JSON.parse(pruneJson("example", pruned))).toEqual({
    dataset_id: "example",
    store: "./data",
    deleted: false,
    kept: 1,
    versions: [
      { version_id: old, why: "old", files: 3, bytes: 3_000 },
      { version_id: "v20260101_130000_000003", why: "never current", files: 1, bytes: 10 },
    ],
    archives: 1,
    reports: 2,
    files: 7,
    bytes: 1_004_010,
  });
});
