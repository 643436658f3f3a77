import { expect, test } from "bun:test";
import { readDuration } from "../../src/cli/duration.ts";

test.each([
  ["30s", 30_000],
  ["10m", 600_000],
  ["2h", 7_200_000],
  ["0s", 0],
  ["24h", 86_400_000],
])("%s", (text, ms) => {
  expect(readDuration("--wait", text)).toBe(ms);
});

test.each(["", "10", "m", "1.5h", "-1m", "10 m", "10M", "1d", "25h", "1h30m", "toString"])('"%s" is none', (text) => {
  expect(() => readDuration("--wait", text)).toThrow('"--wait" wants a time such as 30s, 10m or 2h, 24h at most');
});
