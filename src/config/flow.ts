import { Lexer } from "yaml";

const marks = new Set(["\u0002", "\u0018", "\u001f"]);

/**
 * The offsets of every unquoted `${` inside a flow collection. YAML takes its brace for the start of a map, and what
 * it then says of the text helps nobody.
 */
export function unquotedInFlow(text: string): number[] {
  const offsets: number[] = [];
  let [offset, depth, previous] = [0, 0, ""];
  for (const token of new Lexer().lex(text)) {
    if (marks.has(token)) continue;
    if (token === "{" && depth > 0 && previous.endsWith("$")) offsets.push(offset - 1);
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
    offset += token.length;
    previous = token;
  }
  return offsets;
}
