import { parquetReadObjects } from "hyparquet";
import { expect, test } from "bun:test";
import { encode, type ReadFormat } from "../../src/cli/encode.ts";
import type { StoredObservation } from "../../src/core/observation.ts";

const row = (code: string, time: string, value: number, unit = "index"): StoredObservation => ({
  obs_time: time,
  internal_series_code: code,
  value,
  unit,
  frequency: "D",
  collection_date: "2026-04-21T12:00:00.123456+00:00",
});

const rows = [
  row("A_D", "2026-04-01T00:00:00-03:00", 1.5),
  row("A_D", "2026-04-02T10:30:00-03:00", -1e21, 'a "b", c'),
  row("LONGER_D", "2026-04-03T00:00:00-03:00", 1000, "line\nbreak"),
];

async function encoded(format: ReadFormat, batches: StoredObservation[][]): Promise<Buffer> {
  async function* source() {
    yield* batches;
  }
  const chunks = await Array.fromAsync(encode[format](source()));
  return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
}

const texts: Record<Exclude<ReadFormat, "parquet" | "table">, [full: string, empty: string]> = {
  csv: [
    `obs_time,internal_series_code,value,unit,frequency,collection_date\r
2026-04-01T00:00:00-03:00,A_D,1.5,index,D,2026-04-21T12:00:00.123456+00:00\r
2026-04-02T10:30:00-03:00,A_D,-1e+21,"a ""b"", c",D,2026-04-21T12:00:00.123456+00:00\r
2026-04-03T00:00:00-03:00,LONGER_D,1000,"line
break",D,2026-04-21T12:00:00.123456+00:00\r
`,
    "obs_time,internal_series_code,value,unit,frequency,collection_date\r\n",
  ],
  json: [`[\n${rows.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`, "[]\n"],
  jsonl: [rows.map((one) => `${JSON.stringify(one)}\n`).join(""), ""],
};

test.each(["csv", "json", "jsonl"] as const)("%s, however the observations come", async (format) => {
  const [full, empty] = texts[format];
  expect((await encoded(format, [rows])).toString()).toBe(full);
  expect((await encoded(format, [rows.slice(0, 1), [], rows.slice(1)])).toString()).toBe(full);
  expect((await encoded(format, [])).toString()).toBe(empty);
});

test("a table, with midnights as dates", async () => {
  expect((await encoded("table", [rows.slice(0, 1), rows.slice(1, 2)])).toString())
    .toBe(`series  obs_time                    value  unit      frequency  first seen
A_D     2026-04-01                    1.5  index     D          2026-04-21
A_D     2026-04-02T10:30:00-03:00  -1e+21  a "b", c  D          2026-04-21
`);
  expect((await encoded("table", [])).toString()).toBe("");
});

test("parquet, in as many row groups as it takes", async () => {
  const many = Array.from({ length: 250_000 }, (_, index) => row("A_D", "2026-04-01T00:00:00-03:00", index));
  for (const batches of [
    [],
    [rows],
    [rows.slice(0, 1), rows.slice(1)],
    [many.slice(0, 120_000), many.slice(120_000)],
  ]) {
    const bytes = await encoded("parquet", batches);
    const found = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer });
    const all = batches.flat();
    expect(found.map(({ value }) => value)).toEqual(all.map(({ value }) => value));
    expect(found.map(({ obs_time }) => obs_time).slice(0, 3)).toEqual(
      all.slice(0, 3).map(({ obs_time }) => new Date(obs_time)),
    );
  }
});
