/** `84,727` */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `5.4 MB`, of 1,000 kB each; whole bytes below 1 kB. */
export function formatBytes(bytes: number): string {
  const units = ["kB", "MB", "GB", "TB"];
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** `0.3 s`, `75 s` */
export function formatSeconds(seconds: number): string {
  return `${seconds < 60 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/** `1 file`, `1,234 files` */
export function formatNumber(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** An amount with its unit in the plural: bytes as `5.4 MB`, anything else as `1,234 rows`. */
export function formatAmount(amount: number, units: string): string {
  if (units === "bytes") return formatBytes(amount);
  return units.endsWith("s") ? formatNumber(amount, units.slice(0, -1)) : `${formatCount(amount)} ${units}`;
}

type Rows = readonly (readonly string[])[];

/** Lines of cells in columns two spaces apart, as wide as they need to be or wider; the columns in `right` end flush. */
export function formatTable(rows: Rows, right: readonly number[] = [], widths = columnWidths(rows)): string[] {
  return rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, right.includes(column)))
      .join("  ")
      .trimEnd(),
  );
}

/** How wide each column has to be for its widest cell, and at least as wide as it is. */
export function columnWidths(rows: Rows, atLeast: readonly number[] = []): number[] {
  const widths = [...atLeast];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, Bun.stringWidth(cell));
    }
  }
  return widths;
}

function pad(cell: string, width: number, right: boolean): string {
  const blank = " ".repeat(Math.max(0, width - Bun.stringWidth(cell)));
  return right ? blank + cell : cell + blank;
}
