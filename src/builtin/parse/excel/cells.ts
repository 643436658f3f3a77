import type { CellValue, StreamRow } from "hucre/xlsx";
import type { RawValue } from "../../../api.ts";
import { wallClock } from "./dates.ts";

/** 0 for `A`, 27 for `AB`. */
export function columnIndex(letters: string): number {
  let number = 0;
  for (const letter of letters) number = number * 26 + letter.charCodeAt(0) - 64;
  return number - 1;
}

/** `AB` for 27. */
export function columnLetters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last;
}

export function cellAt(row: StreamRow, column: number): CellValue {
  return row.values[column] ?? null;
}

/** What a cell holds as a value: a date as its text, and never as nothing, so that it is seen to be rejected. */
export function rawValue(cell: CellValue): RawValue {
  if (!(cell instanceof Date)) return cell;
  const time = cell.getTime();
  return wallClock(time) ?? (Number.isNaN(time) ? "impossible date" : cell.toISOString());
}

/** What a cell holds as trimmed text; nothing is the empty text. */
export function cellText(cell: CellValue): string {
  return typeof cell === "string" ? cell.trim() : String(rawValue(cell) ?? "");
}

/** `"D", "PM", …`: up to three different texts that were seen, and whether there were more. */
export function sampleTexts() {
  const texts = new Set<string>();
  return {
    add(text: string): void {
      if (text !== "" && texts.size <= 3) texts.add(text);
    },
    text(): string {
      const quoted = [...texts].slice(0, 3).map((text) => `"${text.slice(0, 60)}"`);
      return [...quoted, ...(texts.size > 3 ? ["…"] : [])].join(", ") || "empty cells";
    },
  };
}
