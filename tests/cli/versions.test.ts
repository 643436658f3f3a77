import { expect, test } from "bun:test";
import { versionsText, type ListedVersion } from "../../src/cli/versions.ts";

const newest: ListedVersion = {
  version_id: "v20260421_120000_000001",
  current: true,
  created_at: "2026-04-21T12:00:00Z",
  previous_version: "v20260420_120000_000001",
  added: 1_234,
  revised: 2,
  withdrawn: null,
  series_codes: ["A_D", "B_D"],
  run_id: "r20260421_120000_abcdef",
  listed: true,
};

const inherited: ListedVersion = {
  ...newest,
  version_id: "v20260420_120000_000001",
  current: false,
  previous_version: null,
  added: null,
  revised: null,
  run_id: null,
  listed: false,
};

const both = `version                  made                    new  revised  withdrawn  series  run
v20260421_120000_000001  2026-04-21T12:00:00Z  1,234        2          ?       2  r20260421_120000_abcdef  current
v20260420_120000_000001  2026-04-21T12:00:00Z                                  2                           of an older system: cannot be read
`;

test("a version is a line, and what comes before the last one is said", () => {
  expect(versionsText([newest, inherited])).toBe(both);
  expect(versionsText([newest, inherited], "older")).toBe(
    `${both}… and older ones: -v shows all, --limit N the newest N\n`,
  );
  expect(versionsText([newest, inherited], "gone")).toBe(`${both}older ones are no longer kept\n`);
});

test("without versions there is nothing", () => {
  expect(versionsText([])).toBe("");
});
