import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";

setDefaultTimeout(60_000);

const zones = [
  "UTC",
  "America/Argentina/Buenos_Aires",
  "Pacific/Kiritimati",
  "Asia/Kathmandu",
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Africa/Casablanca",
];
const repository = join(import.meta.dir, "../..");

/** Days on which clocks change somewhere, the ends of months and years, and one that Apia never had. */
const days = ["2011-12-30", "2023-12-31", "2024-01-01", "2024-02-29", "2024-03-10", "2024-03-31", "2024-04-07"];
const source = [
  ...days.map((day, at) => `A_D,${day},${at}`),
  "B_D,2024-03-31T02:30:00,1",
  "B_D,2024-03-31T23:59:59Z,2",
];

/** Runs two datasets, and prints all that is in their stores. */
const script = `
import { rates, withState, world } from "./tests/support/run.ts";
const w = world();
for (const timezone of ["America/Argentina/Buenos_Aires", "Europe/Madrid"]) {
  w.serve(${JSON.stringify(source.join("\n"))});
  const set = [withState, "normalize.timezone=" + timezone, "windowInDays=6000", "load.name=" + timezone];
  if ((await w.run({ set })).report.added !== 9) throw new Error("not all was published");
}
const example = (await Bun.file("datasets/example.yaml").text()).replace("example.xlsx", process.cwd() + "/datasets/example.xlsx");
const { report } = await w.run({ text: example, set: ["load={plugin: memory_versioned, name: shelf}"] });
if (report.status !== "published") throw new Error(JSON.stringify(report));
for (const name of ["America/Argentina/Buenos_Aires", "Europe/Madrid", "shelf", "state", "data/state"]) {
  for await (const { key } of w.store(name).list("")) console.log(name, key, await w.text(key, name));
}
`;

async function printedIn(zone: string): Promise<string> {
  const env = { TZ: zone, PATH: process.env["PATH"] ?? "" };
  const child = Bun.spawn([process.execPath, "-e", script], {
    cwd: repository,
    env,
    stdout: "pipe",
    stderr: "inherit",
  });
  const text = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return text;
}

test("the process's time zone changes not one byte of what a run leaves", async () => {
  const [wanted = "", ...others] = await Promise.all(zones.map(printedIn));
  expect(wanted.match(/\/data\.json /g)?.length).toBeGreaterThan(30);
  expect(wanted).toContain('{"obs_time":"2024-03-31T20:59:59-03:00","internal_series_code":"B_D","value":2,');
  expect(wanted).toContain('{"obs_time":"2024-04-01T01:59:59+02:00","internal_series_code":"B_D","value":2,');
  // As one boolean each: a difference of whole stores is not to be read.
  expect(others.map((text, index) => [zones[index + 1], text === wanted])).toEqual(
    zones.slice(1).map((zone) => [zone, true]),
  );
});
