import type { PartitionStrategy } from "../config/policy.ts";

/** The partition that an observation belongs to, by its series and its local month `YYYY-MM`; a path without slashes at its ends. */
export const partitionOf: Record<PartitionStrategy, (code: string, localMonth: string) => string> = {
  series_year_month: (code, month) => `${code}/year=${month.slice(0, 4)}/month=${month.slice(5, 7)}`,
  series_year: (code, month) => `${code}/year=${month.slice(0, 4)}`,
  series: (code) => code,
  year_month: (_, month) => `year=${month.slice(0, 4)}/month=${month.slice(5, 7)}`,
};

/**
 * The first local month after a partition's last possible observation, `YYYY-MM`, or undefined where it has no end.
 * Compares as text with local dates.
 */
export function endOfPartition(partition: string): string | undefined {
  const match = /(?:^|\/)year=(\d{4})\/month=(\d{2})$|\/year=(\d{4})$/.exec(partition);
  if (!match) return undefined;
  const [, year, month, wholeYear] = match;
  const months = wholeYear === undefined ? Number(year) * 12 + Number(month) : Number(wholeYear) * 12 + 12;
  return `${String(Math.floor(months / 12)).padStart(4, "0")}-${String((months % 12) + 1).padStart(2, "0")}`;
}
