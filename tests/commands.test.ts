import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { parquetReadObjects } from "hyparquet";
import { ingestor, type Ended } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";

setDefaultTimeout(60_000);

/** Takes the example back to a day, and changes the values of another. */
const vintage = `import { defineTransformer } from "ingestor";
import * as v from "valibot";
export default defineTransformer({
  name: "vintage",
  summary: "Leaves out what is later than a day, and adds to the values of another",
  options: v.strictObject({ until: v.string(), at: v.optional(v.string(), "none"), add: v.optional(v.number(), 0) }),
  async *transform(batches, { until, at, add }) {
    for await (const batch of batches) {
      const known = batch.filter(({ obs_time }) => obs_time.slice(0, 10) <= until);
      yield known.map((one) => (one.obs_time.startsWith(at) ? { ...one, value: one.value + add } : one));
    }
  },
});
`;

const shapes: [string, string[]][] = [
  ["json", []],
  ["parquet", ["--set", "load.format=parquet", "--set", "load.partition_strategy=year_month"]],
];

describe.each(shapes)("three versions of the example, as %s", (_, shape) => {
  const cwd = tempFolder({ "plugins/vintage.ts": vintage });
  const ids: string[] = [];

  const call = (...args: string[]) => ingestor([...args, ...shape], { cwd });

  /** The standard output of a command that does not fail, with the names and times of this run replaced. */
  async function told(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await call(...args);
    expect([exitCode, stderr]).toEqual([0, ""]);
    return plain(stdout);
  }

  function plain(text: string): string {
    const named = ids.reduce((changed, id, index) => changed.replaceAll(id, `VERSION_${index + 1}`), text);
    return named
      .replaceAll(/\b2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME")
      .replaceAll(/\br\d{8}_\d{6}_[0-9a-f]{7}/g, "RUN");
  }

  async function lines(...args: string[]): Promise<Record<string, unknown>[]> {
    const { exitCode, stdout } = await call(...args);
    expect(exitCode).toBe(0);
    return stdout === ""
      ? []
      : stdout
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line));
  }

  async function run(options: string, ...args: string[]): Promise<void> {
    const transform = ["--set", `transform=[{plugin: metadata}, {plugin: vintage, ${options}}]`];
    const [report] = await lines("run", "example", "--json", "--full", ...transform, ...args);
    ids.push(String(report?.["version_id"]));
    // Version ids count seconds.
    await Bun.sleep(1000 - (Date.now() % 1000));
  }

  beforeAll(async () => {
    for (const file of ["example.yaml", "example.xlsx"]) cpSync(`datasets/${file}`, join(cwd, "datasets", file));
    await run('until: "2024-11-29", at: "2024-10-01", add: -0.5');
    await run('until: "2024-12-31"');
    await run('until: "2024-12-27"', "--set", "load.on_withdrawal=drop");
  }, 60_000);

  test("versions", async () => {
    expect(await told("versions", "example"))
      .toBe(`version                  made                    new  revised  withdrawn  series  run
VERSION_3  TIME      0        0          2       2  RUN  current
VERSION_2  TIME     43        3          0       4  RUN
VERSION_1  TIME  1,101        0          0       4  RUN
`);
    expect(await lines("versions", "example", "--json", "--limit", "1")).toEqual([
      expect.objectContaining({ version_id: ids[2], current: true, previous_version: ids[1], withdrawn: 2 }),
    ]);
  });

  test("status", async () => {
    const text = (await told("status", "example"))
      .replaceAll(/ +[\d,]+ days$/gm, " DAYS")
      .replaceAll(/^TIME +/gm, "TIME ");
    expect(text).toBe(`dataset      example
store        ./data/datasets/example/
version      VERSION_3, made TIME
projections  show the current version
announced    the current version
state        ./data/state/example.json: as published

run                   status       new  revised  withdrawn
TIME published      0        0          2
TIME published     43        3          0
TIME published  1,101        0          0

series                    observations  last             age
EJEMPLO_IPC_M                       23  2024-11-01 DAYS
EJEMPLO_RESERVAS_D                 511  2024-12-27 DAYS
EJEMPLO_TASA_POLITICA_W            103  2024-12-27 DAYS
EJEMPLO_TIPO_DE_CAMBIO_D           505  2024-12-26 DAYS
`);
  });

  test("list gives what a map over datasets needs", async () => {
    expect(await lines("list", "--json")).toEqual([
      {
        dataset_id: "example",
        file: "datasets/example.yaml",
        provider: "Banco de Ejemplo",
        frequency: "D",
        store: "./data",
        version_id: ids[2],
        last_obs_time: "2024-12-27T00:00:00-03:00",
        series: 4,
        observations: 1142,
        bytes: expect.any(Number),
      },
    ]);
  });

  test("read, by series and time, of any version", async () => {
    const selection = ["--series", "EJEMPLO_IPC_M", "--from", "2024-09", "--to", "2024-10", "--format", "table"];
    const table = (october: string) => `series         obs_time    value  unit           frequency  first seen
EJEMPLO_IPC_M  2024-09-01  398.7  index_2022_12  M          DAY
EJEMPLO_IPC_M  2024-10-01  ${october}  index_2022_12  M          DAY
`;
    const read = async (...args: string[]) =>
      (await told("read", "example", ...selection, ...args)).replaceAll(/20(?!24)\d\d-\d\d-\d\d$/gm, "DAY");
    expect(await read()).toBe(table("430.5"));
    expect(await read("--version", ids[0] ?? "")).toBe(table("  430"));
    const [, second] = await lines("versions", "example", "--json");
    expect(await read("--as-of", String(second?.["created_at"]))).toBe(table("430.5"));
  });

  test("read prints everything into a pipe, in every format the same", async () => {
    const wanted = await lines("read", "example", "--json");
    expect(wanted).toHaveLength(1142);
    const csv = (await call("read", "example")).stdout.trimEnd().split("\r\n");
    expect(csv[0]).toBe("obs_time,internal_series_code,value,unit,frequency,collection_date");
    expect(csv.slice(1)).toEqual(wanted.map((row) => Object.values(row).join(",")));
    for (const format of ["csv", "json", "jsonl", "parquet"]) {
      const { exitCode, stdout, stderr } = await call("read", "example", "--output", `out.${format}`);
      expect([exitCode, stdout, plain(stderr)]).toEqual([
        0,
        "",
        `1,142 observations of version VERSION_3 in out.${format}\n`,
      ]);
    }
    expect(readdirSync(cwd).toSorted()).toEqual([
      "data",
      "datasets",
      "out.csv",
      "out.json",
      "out.jsonl",
      "out.parquet",
      "plugins",
    ]);
    expect(await Bun.file(join(cwd, "out.csv")).text()).toBe(`${csv.join("\r\n")}\r\n`);
    expect(await Bun.file(join(cwd, "out.json")).json()).toEqual(wanted);
    const rows = await parquetReadObjects({ file: await Bun.file(join(cwd, "out.parquet")).arrayBuffer() });
    expect(rows.map(({ value }) => value)).toEqual(wanted.map(({ value }) => value));
  });

  test("an output that cannot be written leaves what was there", async () => {
    const ended = await call("read", "example", "--output", "none/out.csv");
    expect(ended).toMatchObject({ exitCode: 1, stdout: "" });
    expect(ended.stderr).toStartWith('Cannot write "none/out.csv": ENOENT');
  });

  test("a reader that has seen enough is no error", async () => {
    const [program] = [(await import("./support/binary.ts")).binary()];
    const child = Bun.spawn(
      ["sh", "-c", `"${await program}" read example ${shape.map((word) => `'${word}'`).join(" ")} | head -n 1`],
      {
        cwd,
        env: { PATH: process.env["PATH"] ?? "" },
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    expect([stdout, stderr]).toEqual(["obs_time,internal_series_code,value,unit,frequency,collection_date\r\n", ""]);
  });

  test("diff, of the last two versions or any", async () => {
    expect(await told("diff", "example")).toBe(`change     series                    obs_time     before  after
withdrawn  EJEMPLO_RESERVAS_D        2024-12-30    44260
withdrawn  EJEMPLO_TIPO_DE_CAMBIO_D  2024-12-30  1085.66

series                    added  revised  withdrawn
EJEMPLO_RESERVAS_D            0        0          1
EJEMPLO_TIPO_DE_CAMBIO_D      0        0          1

example: VERSION_2 → VERSION_3 (0 added, 0 revised, 2 withdrawn)
`);
    expect(await told("diff", "example", ids[1] ?? "", ids[1] ?? "")).toBe(
      "example: VERSION_2 → VERSION_2 (0 added, 0 revised, 0 withdrawn)\n",
    );
    const changes = await lines("diff", "example", ids[0] ?? "", "--json");
    expect(Object.groupBy(changes, ({ change }) => String(change))["revised"]).toContainEqual({
      change: "revised",
      internal_series_code: "EJEMPLO_IPC_M",
      obs_time: "2024-10-01T00:00:00-03:00",
      before: { value: 430, unit: "index_2022_12", frequency: "M", collection_date: expect.any(String) },
      after: { value: 430.5, unit: "index_2022_12", frequency: "M", collection_date: expect.any(String) },
    });
  });

  test.each([
    [
      ["read", "example", "--series", "EJEMPLO_IPC"],
      2,
      'Cannot read version "VERSION_3": there is no series "EJEMPLO_IPC", did you mean "EJEMPLO_IPC_M"?\n',
    ],
    [
      ["read", "example", "--version", "v1"],
      2,
      'Cannot find version "v1" of "example": it is not among its 3 versions\nhint: there are VERSION_3, VERSION_2, VERSION_1\n',
    ],
    [
      ["read", "example", "--as-of", "2020"],
      2,
      'Cannot read "example" as of TIME: its versions begin later\nhint: the oldest that is kept is VERSION_1\n',
    ],
    [
      ["read", "example", "--from", "2025", "--to", "2024"],
      2,
      'Cannot read the arguments: "--from" 2025 is after "--to" 2024\nhint: --help shows what there is\n',
    ],
    [["read", "example", "--from", "2025"], 0, "no observations in version VERSION_3 are of these series and times\n"],
    [
      ["versions", "example", "--limit", "0"],
      2,
      'Cannot read the arguments: "--limit" needs a whole number from 1 on, not "0"\nhint: --help shows what there is\n',
    ],
    [
      ["state", "shwo", "example"],
      2,
      'Cannot read the arguments: "shwo" is not one of show, set, reset\nhint: --help shows what there is\n',
    ],
    [
      ["state", "set", "example", "EJEMPLO_IPC=2024"],
      2,
      'Cannot read the arguments: there is no series "EJEMPLO_IPC", did you mean "EJEMPLO_IPC_M"?\nhint: --help shows what there is\n',
    ],
    [
      ["diff", "example", "v1"],
      2,
      'Cannot find version "v1" of "example": it is not among its 3 versions\nhint: there are VERSION_3, VERSION_2, VERSION_1\n',
    ],
  ])("%j says so", async (args, exitCode, stderr) => {
    const ended = await call(...args);
    expect({ exitCode: ended.exitCode, stderr: plain(ended.stderr) }).toEqual({ exitCode, stderr });
  });
});

async function folderWithExample(files: Record<string, string> = {}): Promise<string> {
  const cwd = tempFolder(files);
  for (const file of ["example.yaml", "example.xlsx"]) cpSync(`datasets/${file}`, join(cwd, "datasets", file));
  return cwd;
}

test("a dataset that was not run yet", async () => {
  const cwd = await folderWithExample();
  const call = (...args: string[]): Promise<Ended> => ingestor(args, { cwd });
  expect(await call("list")).toEqual({
    exitCode: 0,
    stdout:
      "dataset  version  last  series  observations  size\nexample                                             not run yet\n",
    stderr: "",
  });
  expect((await call("status", "example")).stdout).toBe(`dataset  example
store    ./data/datasets/example/
version  none: nothing is published yet
state    ./data/state/example.json: not saved yet, the next run compares all that the source has
`);
  expect(await call("versions", "example")).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: "nothing is published yet in ./data\n",
  });
  const stderr = 'Cannot read "example": nothing is published yet in ./data\nhint: run the dataset once\n';
  for (const name of ["read", "diff"]) expect(await call(name, "example")).toEqual({ exitCode: 1, stdout: "", stderr });
  expect(readdirSync(cwd)).toEqual(["datasets"]);
});

test("in a list, a dataset that cannot be read does not hide the others", async () => {
  const cwd = await folderWithExample({
    "datasets/broken.yaml": "dataset_id: broken\nsource: { path: x }\n",
    "datasets/printed.yaml": "dataset_id: printed\nsource: { kind: file, path: x.xlsx }\n",
    "datasets/unreadable.yaml": "dataset_id: unreadable\nsource: {\n",
  });
  expect(await ingestor(["run", "example"], { cwd })).toMatchObject({ exitCode: 0 });
  const { exitCode, stdout } = await ingestor(["list", "--json"], { cwd });
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows.map(({ dataset_id, observations, error }) => [dataset_id, observations, error?.code])).toEqual([
    ["broken", null, "CONFIG"],
    ["example", 1144, undefined],
    ["printed", null, undefined],
    ["unreadable", null, "CONFIG"],
  ]);
  expect(exitCode).toBe(2);
  expect(await ingestor(["list"], { cwd: tempFolder({ "datasets/none.txt": "" }) })).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: 'Cannot list "datasets": there are no dataset files in it\nhint: --datasets names another folder\n',
  });
});

test("the state is shown, set and reset, and the next run reads what was reset", async () => {
  const cwd = await folderWithExample();
  const call = (...args: string[]): Promise<Ended> => ingestor([...args, "--local", "try"], { cwd });
  expect(await call("run", "example")).toMatchObject({ exitCode: 0 });
  expect((await call("state", "show", "example")).stdout).toBe(`series                    read up to
EJEMPLO_IPC_M             2024-11-01T00:00:00
EJEMPLO_RESERVAS_D        2024-12-30T00:00:00
EJEMPLO_TASA_POLITICA_W   2024-12-27T00:00:00
EJEMPLO_TIPO_DE_CAMBIO_D  2024-12-30T00:00:00
`);
  expect((await call("state", "set", "example", "EJEMPLO_IPC_M=2024-06-01")).stdout).toBe(
    "EJEMPLO_IPC_M  2024-11-01T00:00:00  →  2024-06-01T00:00:00\n",
  );
  expect((await call("status", "example")).stdout).toContain("of 4 series, 1 not as published");
  expect((await call("state", "reset", "example", "EJEMPLO_IPC_M", "--json")).stdout).toBe(
    '{"internal_series_code":"EJEMPLO_IPC_M","before":"2024-06-01T00:00:00","after":null}\n',
  );
  expect((await call("state", "reset", "example")).stdout.split("\n")).toHaveLength(4);
  expect((await call("state", "show", "example", "--json")).stdout).toBe(
    '{"dataset_id":"example","place":"try/state/example.json","state":null}\n',
  );
  const without = await ingestor(["state", "show", "example", "--set", "state=null"], { cwd });
  expect(without).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `Cannot use the state of "example": it keeps none
hint: every run compares all that the source has; add state: { kind: file, path: … } to datasets/example.yaml to read only what is newer
`,
  });
});
