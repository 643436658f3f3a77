/** Text with case, accents and runs of white space folded, for comparing what people type into header cells. */
export function foldText(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}
