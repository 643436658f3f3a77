import { LineCounter, parseDocument, type Document, type YAMLError } from "yaml";
import { convert } from "./convert.ts";
import { unquotedInFlow } from "./flow.ts";
import type { Node, Place, Report } from "./tree.ts";

/** Where a line and column of the text are, for messages; both count from 1. */
export type PlaceOf = (line: number, column: number) => Place;

const tokenWords: Record<string, string> = {
  "flow-map-start": '"{"',
  "flow-map-end": '"}"',
  "flow-seq-start": '"["',
  "flow-seq-end": '"]"',
  "map-value-ind": '":"',
  "seq-item-ind": '"-"',
  "explicit-key-ind": '"?"',
  comma: '","',
  scalar: "text",
};

const tagCodes = new Set(["TAG_RESOLVE_FAILED", "BAD_COLLECTION_TYPE"]);
/** The value begins with what YAML has another use for. */
const quotable = /^(Plain value cannot start|Block scalar header includes)/;

/**
 * Reads one YAML 1.2 document (core schema). Undefined after syntax errors, which are reported; an empty text is null.
 * Duplicate keys and unknown aliases are reported, and the rest is read.
 */
export function readTree(text: string, placeOf: PlaceOf, report: Report): Node | undefined {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return placeOf(Math.max(line, 1), Math.max(col, 1));
  };
  const document = parse(text, lines);
  const unquoted = unquotedInFlow(text);
  for (const offset of unquoted) {
    report({ message: 'inside { } or [ ], "${…}" must be quoted: write "${NAME}" with the quotes', ...at(offset) });
  }
  const errors = ownErrors(document, unquoted[0] ?? Infinity);
  for (const error of errors) report({ message: wordError(error), ...at(error.pos[0]) });
  return errors.length + unquoted.length > 0 ? undefined : convert(document.contents, at, report);
}

function parse(text: string, lineCounter: LineCounter): Document {
  return parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    uniqueKeys: false,
  });
}

/** Without those that only follow from an earlier one: the reader gives up on a text at the first of its kind. */
function ownErrors({ errors, warnings }: Document, unquoted: number): YAMLError[] {
  const exhausted = errors.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  if (exhausted) return [exhausted];
  const all = [...errors, ...warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  return all.filter(({ pos, message }, index) => {
    return pos[0] < unquoted && (index === 0 || !message.includes("in YAML stream"));
  });
}

/** Of the text itself nothing is quoted, since it can be a secret: the place says where it stands. */
function wordError({ code, message }: YAMLError): string {
  if (code === "MULTIPLE_DOCS") return "a dataset file holds one document: remove what follows the second ---";
  if (code === "RESOURCE_EXHAUSTION") return "is nested too deeply";
  if (tagCodes.has(code)) return "not valid YAML: a tag is not known here: put text that begins with ! in quotes";
  if (code === "BAD_DIRECTIVE") return "not valid YAML: a directive is not known here";
  const reason = message
    .replace(/( token)? in YAML (stream|document).*$/s, "")
    .replace(/(?<=escape sequence) .*$|(?<=\w): .*$/s, "");
  const worded = reason.replace(
    /Unexpected ([\w-]+)/,
    (_, token: string) => `Unexpected ${tokenWords[token] ?? token}`,
  );
  const quote = quotable.test(message) ? ": put it in quotes" : "";
  return `not valid YAML: ${worded.charAt(0).toLowerCase()}${worded.slice(1)}${quote}`;
}
