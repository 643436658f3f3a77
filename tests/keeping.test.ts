import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";

setDefaultTimeout(120_000);

const root = "data/datasets/example";

/** The example dataset, published from the workbook; then a second version, from which one series is left out. */
async function twoVersions() {
  const cwd = tempFolder();
  cpSync("datasets", join(cwd, "datasets"), { recursive: true });
  const run = async (...args: string[]) => ingestor(args, { cwd });
  expect(await run("run", "example")).toMatchObject({ exitCode: 0 });
  const first = pointer(cwd);
  const dropped = ["--set", "load.on_withdrawal=drop", "--set", "normalize.decimal='.'"];
  expect(await run("run", "example", "--full", ...dropped)).toMatchObject({ exitCode: 0 });
  return { cwd, run, first, second: pointer(cwd) };
}

const pointer = (cwd: string) => readFileSync(join(cwd, root, "index/current_version.txt"), "utf8");

function content(cwd: string): string[] {
  const projections = join(cwd, root, "projections");
  const files = readdirSync(projections, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith("/data.json"),
  );
  return files
    .toSorted()
    .map((path) => readFileSync(join(projections, path), "utf8"))
    .filter((text) => text !== "[]\n");
}

test("a dataset goes back to an earlier version, and stays verified", async () => {
  const { cwd, run, first, second } = await twoVersions();
  expect(second).not.toBe(first);
  const spoilt = content(cwd);
  const back = await run("rollback", "example", first);
  expect(back).toMatchObject({ exitCode: 0 });
  expect(back.stdout).toStartWith(`example: published ${pointer(cwd)} with the content of ${first} (`);
  expect(back.stderr).toBe(
    'warning: the next run of "example" brings the source back: if the source is wrong, keep it from running\n',
  );
  expect(content(cwd)).not.toEqual(spoilt);
  expect(await run("rollback", "example", pointer(cwd))).toEqual({
    exitCode: 0,
    stdout: `example: nothing to do, ${pointer(cwd)} is current\n`,
    stderr: "",
  });
  expect(await run("verify", "example", "--all")).toMatchObject({ exitCode: 0, stderr: "" });
  const wrong = await run("rollback", "example", "v1");
  expect(wrong).toMatchObject({ exitCode: 2, stdout: "" });
  expect(wrong.stderr).toStartWith(
    'Cannot find version "v1" of "example": it is not among its 3 versions\nhint: there are ',
  );
});

test("a damaged projection and a lost state are found and repaired", async () => {
  const { cwd, run } = await twoVersions();
  const projection = "projections/EJEMPLO_IPC_M/year=2024/month=10/data.json";
  const whole = content(cwd);
  rmSync(join(cwd, root, projection));
  rmSync(join(cwd, "data/state/example.json"));
  const found = await run("verify", "example", "--json");
  expect(found).toMatchObject({ exitCode: 1, stderr: "" });
  expect(JSON.parse(found.stdout).problems).toEqual([
    { key: `datasets/example/${projection}`, problem: "is missing", repairable: true },
    { key: "the state ./data/state/example.json", problem: "is missing", repairable: true },
  ]);
  expect(await run("verify", "example", "--repair")).toMatchObject({ exitCode: 0, stderr: "" });
  expect(content(cwd)).toEqual(whole);
  expect(await run("run", "example")).toMatchObject({ exitCode: 0 });
});

test("a damaged data file is named, and going back helps where its projection does not", async () => {
  const { cwd, run, first, second } = await twoVersions();
  const { json_files } = JSON.parse(readFileSync(join(cwd, root, `versions/${second}/manifest.json`), "utf8"));
  for (const folder of [`versions/${second}/data`, "projections"]) {
    writeFileSync(join(cwd, root, folder, json_files[0]), "[");
  }
  const found = await run("verify", "example", "--repair");
  expect(found).toMatchObject({ exitCode: 1, stderr: "" });
  expect(found.stdout).toContain(
    `  datasets/example/versions/${second}/data/${json_files[0]} is not a data file, or is damaged\n`,
  );
  expect(await run("rollback", "example", first)).toMatchObject({ exitCode: 0 });
  expect(await run("verify", "example")).toMatchObject({ exitCode: 0, stderr: "" });
});

test("prune tells what it would delete, and deletes it when told to", async () => {
  const { cwd, run, second } = await twoVersions();
  const asked = ["prune", "example", "--keep-last", "1", "--keep-days", "0"];
  expect((await run("prune", "example")).stdout).toBe("example: nothing to delete, 2 versions stay\n");
  const dry = await run(...asked);
  expect(dry.stdout).toEndWith("nothing is deleted yet: --yes deletes\n");
  expect((await run("versions", "example", "--json")).stdout.trim().split("\n")).toHaveLength(2);
  expect((await run(...asked, "--yes")).exitCode).toBe(0);
  expect((await run("versions", "example", "--json")).stdout.trim().split("\n")).toHaveLength(1);
  expect(pointer(cwd)).toBe(second);
  expect(await run("verify", "example", "--all")).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await run("prune", "example", "--keep-last", "0")).toMatchObject({
    exitCode: 2,
    stderr:
      'Cannot read the arguments: "--keep-last" needs a whole number from 1 to 36500, not "0"\nhint: --help shows what there is\n',
  });
});
