import { cpSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { fileStore } from "../src/adapters/file_store.ts";
import { readHead, snapshotOf } from "../src/store/head.ts";
import { readVersion } from "./support/read_version.ts";
import { siteOf } from "../src/store/site.ts";
import { binary, ingestor } from "./support/binary.ts";
import { tempFolder } from "./support/folder.ts";
import { linesPlugin } from "./support/lines_plugin.ts";
import { chainOf, projectedOf, told } from "./support/publishing.ts";

setDefaultTimeout(120_000);

const deaths = 100;
const lanes = 2;
const day = 86_400_000;

const dataset = `dataset_id: rates
source: { kind: file, path: source.txt }
parse: { plugin: lines }
normalize: { plugin: series, timezone: America/Argentina/Buenos_Aires }
load: { plugin: file_versioned, root: ./out, on_withdrawal: drop }
state: { path: out/state.json }
`;

/** The first of so many months of one series. */
const months = (code: string, count: number, value: number) =>
  Array.from({ length: count }, (_, index) => {
    const month = String((index % 12) + 1).padStart(2, "0");
    return `${code},${2023 + Math.floor(index / 12)}-${month}-01,${value + index}`;
  });

const before = [...months("A_M", 12, 1), ...months("B_M", 12, 50)];
/** New, revised, and withdrawn. */
const after = [...months("A_M", 14, 1), ...months("B_M", 11, 51), ...months("C_M", 3, 7)];

const args = ["run", "rates", "--full", "--json", "--tmp", "tmp"];

async function folderWith(rows: readonly string[]): Promise<string> {
  const cwd = tempFolder({ "plugins/lines.ts": linesPlugin("M"), "datasets/rates.yaml": dataset, "tmp/.keep": "" });
  await Bun.write(join(cwd, "datasets/source.txt"), rows.join("\n"));
  return cwd;
}

async function run(cwd: string): Promise<{ status: string }> {
  const { exitCode, stdout, stderr } = await ingestor(args, { cwd });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return JSON.parse(stdout);
}

/** Starts a run and ends it after that many milliseconds, at whatever it is. */
async function runAndKill(cwd: string, milliseconds: number): Promise<boolean> {
  const child = Bun.spawn([await binary(), ...args], {
    cwd,
    env: {},
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  await Bun.sleep(milliseconds);
  child.kill("SIGKILL");
  await child.exited;
  return child.signalCode === "SIGKILL";
}

const siteIn = (cwd: string) => siteOf("rates", fileStore(join(cwd, "out")));

/** What a reader sees who follows the pointer, each file against its digest. */
async function seenIn(cwd: string): Promise<string[]> {
  const site = siteIn(cwd);
  return (await readVersion(site, snapshotOf(await readHead(site)))).map(told).toSorted();
}

async function factsOf(cwd: string) {
  const site = siteIn(cwd);
  const head = await readHead(site);
  if (head.kind !== "version") throw new Error(head.kind);
  const { version_id, snapshot } = head;
  const digests = [...snapshot.partitions].map(([partition, { rows, digest }]) => `${partition} ${rows} ${digest}`);
  const shown: unknown = await Bun.file(join(cwd, "out", site.keys.projectionsManifest)).json();
  return {
    observations: await seenIn(cwd),
    projected: await projectedOf(site),
    digests: digests.toSorted(),
    series: Object.fromEntries(snapshot.series),
    versions: (await chainOf(site)).length,
    state: await Bun.file(join(cwd, "out/state.json")).json(),
    isShown: Bun.deepEquals(shown, { version_id, announced: version_id }),
  };
}

const temporary = (cwd: string) => readdirSync(join(cwd, "out/.tmp"));

/** A folder in which the dataset is as it was before the run that dies. */
async function prepare(isFirst: boolean) {
  const cwd = await folderWith(isFirst ? after : before);
  if (!isFirst) await run(cwd);
  await Bun.write(join(cwd, "datasets/source.txt"), after.join("\n"));
  const old = await seenIn(cwd);
  // As many at once as will die at once.
  const undisturbed = await Promise.all(Array.from({ length: lanes }, () => timed(copyOf(cwd))));
  const took = Math.max(...undisturbed.map((ended) => ended.took));
  return { cwd, old, took, wanted: await factsOf(undisturbed[0]?.cwd ?? "") };
}

function copyOf(cwd: string): string {
  const copy = tempFolder();
  cpSync(cwd, copy, { recursive: true });
  return copy;
}

async function timed(cwd: string): Promise<{ cwd: string; took: number }> {
  await binary();
  const started = performance.now();
  expect(await run(cwd)).toMatchObject({ status: "published" });
  return { cwd, took: performance.now() - started };
}

test.each([
  ["a first run", true],
  ["an update", false],
])(`%s may be killed at any moment`, async (_, isFirst) => {
  const { cwd, old, took, wanted } = await prepare(isFirst);
  const ends = { old: 0, whole: 0 };
  let killed = 0;

  async function dieAt(moment: number): Promise<void> {
    const here = copyOf(cwd);
    if (await runAndKill(here, moment)) killed++;
    const seen = await seenIn(here);
    const isOld = Bun.deepEquals(seen, old);
    if (!isOld) expect(seen).toEqual(wanted.observations);
    ends[isOld ? "old" : "whole"]++;
    expect({ moment, ...(await run(here)) }).toMatchObject({ moment, status: isOld ? "published" : "unchanged" });
    expect({ moment, ...(await factsOf(here)) }).toEqual({ moment, ...wanted });
  }

  const each = deaths / 2;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let index = lane; index < each; index += lanes) await dieAt(((index + Math.random()) / each) * took);
    }),
  );
  expect(ends.old + ends.whole).toBe(each);
  expect(ends.old).toBeGreaterThan(0);
  expect(killed).toBeGreaterThan(each / 4);
});

test("what killed runs leave does not pile up: it goes once it is a day old", async () => {
  const cwd = await folderWith(before);
  await run(cwd);
  for (let index = 0; index < 10; index++) {
    await Bun.write(join(cwd, "datasets/source.txt"), `${before.join("\n")}\nD_M,2024-01-01,${index}`);
    await runAndKill(cwd, 20 + 6 * index);
  }
  const yesterday = (Date.now() - day - 60_000) / 1000;
  await Bun.write(join(cwd, "out/.tmp/1-1-1"), "left by a run that died");
  for (const name of temporary(cwd)) utimesSync(join(cwd, "out/.tmp", name), yesterday, yesterday);
  await Bun.write(join(cwd, "datasets/source.txt"), `${after.join("\n")}\n`);
  await run(cwd);
  expect(temporary(cwd)).toEqual([]);
  expect((await readHead(siteIn(cwd))).kind).toBe("version");
});
