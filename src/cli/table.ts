import { columnWidths, formatTable } from "./format.ts";
import { textOf } from "./screen.ts";

/** Rows laid out at once. */
const blockRows = 1000;

/**
 * A table of any length, in pieces. Its columns are as wide as the first rows need, and wider from where that is not
 * enough. Without rows there is no header either.
 */
export async function* tableChunks(
  header: readonly string[],
  batches: AsyncIterable<readonly (readonly string[])[]>,
  right: readonly number[],
): AsyncGenerator<string, void, void> {
  let widths = columnWidths([header]);
  let block: (readonly string[])[] = [];
  let isFirst = true;

  function laidOut(): string {
    widths = columnWidths(block, widths);
    const text = textOf(formatTable(isFirst ? [header, ...block] : block, right, widths));
    [block, isFirst] = [[], false];
    return text;
  }

  for await (const batch of batches) {
    for (const row of batch) {
      block.push(row);
      if (block.length === blockRows) yield laidOut();
    }
  }
  if (block.length > 0) yield laidOut();
}
