import { expect, test } from "bun:test";
import { formatAmount, formatBytes, formatCount, formatSeconds, formatTable } from "../../src/cli/format.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [5_400_000, "5.4 MB"],
  [12_000_000_000, "12.0 GB"],
  [7e15, "7000.0 TB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("counts, amounts and seconds", () => {
  expect(formatCount(84727)).toBe("84,727");
  expect(formatAmount(5_400_000, "bytes")).toBe("5.4 MB");
  expect(formatAmount(1234, "rows")).toBe("1,234 rows");
  expect([0.04, 0.26, 59.94, 75.4].map(formatSeconds)).toEqual(["0.0 s", "0.3 s", "59.9 s", "75 s"]);
});

test("a table has columns of one width, in terminal cells", () => {
  const rows = [
    ["series", "count", "last"],
    ["día", "1", "2026-01-02"],
    ["日本", "1,234", ""],
  ];
  expect(formatTable(rows, [1])).toEqual(["series  count  last", "día         1  2026-01-02", "日本    1,234"]);
  expect(formatTable([])).toEqual([]);
});
