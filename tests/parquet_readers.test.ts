import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileStore } from "../src/adapters/file_store.ts";
import { tempFolder } from "./support/folder.ts";
import { storeRoot, world } from "./support/run.ts";

setDefaultTimeout(60_000);

const python = process.env["INGESTOR_TEST_PYTHON"] || "python3";

/** Runs Python code with arguments; gives what it prints as JSON, or undefined where it fails. */
function runPython(code: string, args: readonly string[] = []): { printed: unknown } | { problem: string } {
  try {
    const { exitCode, stdout, stderr } = Bun.spawnSync([python, "-c", code, ...args], { stderr: "pipe" });
    if (exitCode === 0) return { printed: JSON.parse(stdout.toString()) };
    return { problem: stderr.toString().trim().split("\n").at(-1) ?? "" };
  } catch (error) {
    return { problem: String(error) };
  }
}

const readers = {
  pyarrow: `import glob, json, sys
import pyarrow as pa, pyarrow.parquet as pq
files = [pq.ParquetFile(path) for path in sorted(glob.glob(sys.argv[1], recursive=True))]
table = pa.concat_tables([file.read() for file in files])
rows = table.sort_by([("internal_series_code", "ascending"), ("obs_time", "ascending")])
micro = lambda name: rows[name].cast(pa.int64()).to_pylist()
print(json.dumps({
  "types": {field.name: str(field.type) for field in rows.schema},
  "codecs": sorted({file.metadata.row_group(g).column(c).compression
                    for file in files for g in range(file.num_row_groups) for c in range(file.metadata.num_columns)}),
  "rows": list(zip(rows["internal_series_code"].to_pylist(), micro("obs_time"), rows["utc_offset"].to_pylist(),
                   rows["value"].to_pylist(), rows["unit"].to_pylist(), rows["frequency"].to_pylist(),
                   micro("collection_date"))),
}))`,
  duckdb: `import json, sys
import duckdb
files = f"read_parquet('{sys.argv[1]}', hive_partitioning=false)"
print(json.dumps({
  "types": {name: kind for name, kind, *_ in duckdb.sql(f"describe select * from {files}").fetchall()},
  "codecs": [codec for codec, in duckdb.sql(
    f"select distinct compression from parquet_metadata('{sys.argv[1]}') where compression is not null order by 1").fetchall()],
  "rows": duckdb.sql(f"""select internal_series_code, epoch_us(obs_time), utc_offset, value, unit, frequency,
                         epoch_us(collection_date) from {files} order by 1, 2""").fetchall(),
}))`,
} as const;

const types = {
  pyarrow: ["timestamp[us, tz=UTC]", "int32", "string", "double"],
  duckdb: ["TIMESTAMP WITH TIME ZONE", "INTEGER", "VARCHAR", "DOUBLE"],
} as const;

const compressions = [
  ["snappy", "SNAPPY"],
  ["gzip", "GZIP"],
  ["zstd", "ZSTD"],
  ["none", "UNCOMPRESSED"],
] as const;

const first = ["A_D,2025-12-31,1", "A_D,2026-03-01,9", "A_D,2026-04-01,2", "B_D,2026-04-01,1e-7"];
/** One is revised, one is new, and one, all that its file held, is no more. */
const second = ["A_D,2025-12-31,1.5", "A_D,2026-04-01,2", "A_D,2026-04-02,1e21", "B_D,2026-04-01,1e-7"];
const seen = ["2026-04-21T12:00:00Z", "2026-04-22T12:00:00Z"] as const;

const microseconds = (time: string) => Date.parse(time) * 1000;
const row = (code: string, day: string, value: number, unit: string, found: string) => [
  code,
  microseconds(`${day}T00:00:00-03:00`),
  -180,
  value,
  unit,
  "D",
  microseconds(found),
];
const wanted = [
  row("A_D", "2025-12-31", 1.5, "index", seen[1]),
  row("A_D", "2026-04-01", 2, "index", seen[0]),
  row("A_D", "2026-04-02", 1e21, "index", seen[1]),
  row("B_D", "2026-04-01", 1e-7, "percent", seen[0]),
];

/** A store of two versions on a directory; gives the pattern of the files that show the second. */
async function published(compression: string): Promise<string> {
  const w = world();
  const root = tempFolder();
  const objects = fileStore(root);
  const set = ["load.format=parquet", `load.compression=${compression}`, "load.on_withdrawal=drop"];
  for (const [index, source] of [first, second].entries()) {
    w.at(seen[index] ?? "");
    w.serve(source.join("\n"));
    const { report } = await w.run({ set, ports: { openStore: () => objects } });
    expect(report.status).toBe("published");
  }
  return join(root, storeRoot, "projections/**/data.parquet");
}

describe.each(["pyarrow", "duckdb"] as const)("%s", (reader) => {
  const known = runPython(`import json, ${reader}; print(json.dumps(${reader}.__version__))`);
  if ("problem" in known) {
    test.skip(`reads our Parquet files (not tried: ${python} cannot import ${reader}: ${known.problem})`, () => {});
    return;
  }

  test.each(compressions)("reads our Parquet files compressed with %s", async (compression, codec) => {
    const [time, integer, text, double] = types[reader];
    expect(runPython(readers[reader], [await published(compression)])).toEqual({
      printed: {
        types: {
          obs_time: time,
          utc_offset: integer,
          internal_series_code: text,
          value: double,
          unit: text,
          frequency: text,
          collection_date: time,
        },
        codecs: [codec],
        rows: wanted,
      },
    });
  });
});
