import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { obsTimeReader } from "../../src/core/obs_time.ts";

/** Reads times of every kind in several zones; must not depend on where it runs. */
const script = `
  import { obsTimeReader } from "${import.meta.dir}/../../src/core/obs_time.ts";
  const lines = [];
  for (const zone of ["UTC", "America/Argentina/Buenos_Aires", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"]) {
    const read = obsTimeReader(zone);
    for (let day = Date.UTC(2010, 0, 1); day < Date.UTC(2013, 0, 1); day += 26.5 * 3600_000) {
      const text = new Date(day).toISOString();
      for (const shape of [text.slice(0, 10), text.slice(0, 19), text, text.slice(0, 19) + "-03:00"])
        lines.push([zone, shape, JSON.stringify(read(shape))].join(" "));
    }
  }
  await Bun.write(Bun.stdout, lines.join("\\n"));`;

const processZones = [
  "UTC",
  "America/Argentina/Buenos_Aires",
  "America/New_York",
  "Pacific/Kiritimati",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Africa/Casablanca",
];

test("what is read does not depend on the time zone of the process", async () => {
  const outputs = processZones.map((TZ) => {
    const child = Bun.spawn([process.execPath, "-e", script], { env: { ...process.env, TZ }, stderr: "inherit" });
    return new Response(child.stdout).bytes();
  });
  const digests = (await Promise.all(outputs)).map((bytes) => [bytes.length, Bun.hash(bytes)]);
  expect(digests[0]?.[0]).toBeGreaterThan(1_000_000);
  expect(new Set(digests.map(String)).size).toBe(1);
});

test("what it wrote, it reads as the same instant", () => {
  const zone = fc.constantFrom("UTC", "America/New_York", "Pacific/Apia", "Africa/Casablanca", "Australia/Lord_Howe");
  const instant = fc.date({ min: new Date("1972-01-01"), max: new Date("2037-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(zone, instant, (zone, date) => {
      const read = obsTimeReader(zone);
      const placed = read(date.toISOString());
      expect(placed?.instant).toBe(date.getTime());
      expect(Date.parse(placed?.obs_time ?? "")).toBe(date.getTime());
      expect(read(placed?.obs_time ?? "")).toEqual(placed);
    }),
  );
});

test("more texts than are remembered", () => {
  const read = obsTimeReader("UTC");
  const texts = Array.from({ length: 120_000 }, (_, hour) => new Date(hour * 3_600_000).toISOString());
  for (const _ of [1, 2]) expect(texts.every((text) => read(text)?.instant === Date.parse(text))).toBe(true);
});
