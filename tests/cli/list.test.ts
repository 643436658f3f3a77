import { expect, test } from "bun:test";
import type { ListedDataset } from "../../src/cli/list.ts";
import { listText } from "../../src/cli/list_text.ts";

const rates: ListedDataset = {
  dataset_id: "rates",
  file: "datasets/rates.yaml",
  provider: "X",
  frequency: "D",
  store: "./data",
  version_id: "v20260421_120000_000001",
  last_obs_time: "2026-04-20T00:00:00-03:00",
  series: 12,
  observations: 1_234_567,
  bytes: 5_400_000,
};

const none = { version_id: null, last_obs_time: null, series: null, observations: null, bytes: null };

test("a dataset is a line, and where something is to be said of it, that stands at its end", () => {
  const error = { code: "CONFIG", message: 'Cannot load dataset "broken.yaml": 1 problem' };
  const listed: ListedDataset[] = [
    rates,
    { ...rates, ...none, dataset_id: "fresh" },
    { ...rates, ...none, dataset_id: "printed", file: "p.yaml", store: null },
    { ...rates, dataset_id: "inherited", last_obs_time: null, series: null, observations: null, bytes: 999 },
    { ...rates, ...none, dataset_id: null, file: "broken.yaml", store: null, error },
    {
      ...rates,
      ...none,
      dataset_id: "typo",
      error: { ...error, problems: [{ message: "lode: there is no such key", line: 3 }] },
    },
  ];
  expect(listText(listed, 20)).toBe(`dataset      version                  last        series  observations    size
rates        v20260421_120000_000001  2026-04-20      12     1,234,567  5.4 MB
fresh                                                                           not run yet
printed                                                                         keeps no versions: p.yaml has no loader with a versioned store
inherited    v20260421_120000_000001                                     999 B  of an older system, which lists nothing: run it once
broken.yaml                                                                     Cannot load dataset "broken.yaml": 1 problem
typo                                                                            Cannot load dataset "broken.yaml": 1 problem: lode: there is no such key
`);
});

test("a long list is cut", () => {
  const lines = listText(
    Array.from({ length: 30 }, () => rates),
    20,
  )
    .trimEnd()
    .split("\n");
  expect(lines).toHaveLength(22);
  expect(lines.at(-1)).toBe("… and 10 more: -v shows all");
});
