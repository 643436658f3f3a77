import type * as v from "valibot";
import { withValue } from "./edit.ts";
import { findAll, type Finding } from "./findings.ts";
import { rereadScalar } from "./interpolate.ts";
import { describe, isSecret } from "./show.ts";
import { keyPlaceAt, nodeAt, placeAt, valueOf, type MapNode, type Path, type Place, type Report } from "./tree.ts";
import { isOwnMessage, wordFinding } from "./wording.ts";

/** Some keys of the dataset file that one schema is for. */
export interface Section {
  map: MapNode;
  /** The dotted path in the file of what is at a path in the section. */
  nameOf(path: Path): string;
  /** Keys beside these that the file may have there, for "did you mean". */
  alsoKnown?: readonly string[];
}

/** What the schema makes of the section, or undefined, and then everything that is wrong was reported. */
export function check<S extends v.GenericSchema>(
  schema: S,
  section: Section,
  report: Report,
): v.InferOutput<S> | undefined {
  const checked = checkReread(schema, section.map, valueOf(section.map));
  if (checked.ok) return checked.output;
  for (const finding of checked.findings) {
    const problem = problemOf(finding, section);
    if (problem !== undefined) report(problem);
  }
  return undefined;
}

/** Text from the environment stays text wherever text will do, so that a password of digits is no number. */
function checkReread<S extends v.GenericSchema>(schema: S, map: MapNode, value: unknown) {
  const checked = findAll(schema, value);
  if (checked.ok) return checked;
  const ofWrongType = checked.findings.filter(({ kind, issue }) => kind === "value" && issue.kind === "schema");
  const reread = ofWrongType.reduce((whole, { path }) => {
    const node = nodeAt(map, path);
    const isOpen = node?.kind === "scalar" && node.plain && node.written !== undefined && !node.unset;
    return isOpen ? withValue(whole, path, rereadScalar(String(node.value))) : whole;
  }, value);
  return reread === value ? checked : findAll(schema, reread);
}

function problemOf(
  finding: Finding,
  { map, nameOf, alsoKnown = [] }: Section,
): (Place & { message: string }) | undefined {
  const { path, kind } = finding;
  const node = nodeAt(map, path);
  if (node?.kind === "scalar" && node.unset) return undefined;
  const written = node?.kind === "scalar" ? node.written : undefined;
  const found = written === undefined ? describe(finding.issue.input, path) : `the text of ${written}`;
  const message = withoutSecret(wordFinding(finding, found, path.length > 1 ? [] : alsoKnown), finding, written);
  const name = nameOf(path);
  const place = kind === "unknown" ? keyPlaceAt(map, path) : placeAt(map, path);
  return { message: name === "" ? message : `${name}: ${message}`, ...place };
}

/** The author of a message may have put the value into it. What is very short also stands in other words. */
function withoutSecret(message: string, { issue, path }: Finding, written: string | undefined): string {
  const { input } = issue;
  if (!isOwnMessage(issue.message) || typeof input !== "string" || input === "") return message;
  if (written === undefined && !isSecret(path)) return message;
  const quote = input.length < 4 ? '"' : "";
  return message.replaceAll(quote + input + quote, () => quote + (written ?? "…") + quote);
}
