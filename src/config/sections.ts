import type { Section } from "./check.ts";
import { child, filterEntries, type Entry, type MapNode, type Path, type Report } from "./tree.ts";

/** The options of a stage: what stands beside the key that names its plugin. */
export function sectionAt(map: MapNode, name: string, pluginKey: string): Section {
  return {
    map: filterEntries(map, (key) => key !== pluginKey),
    nameOf: (path) => [name, ...path].join("."),
    alsoKnown: [pluginKey],
  };
}

/** The options of the parser, if the file has one: `parse_config` and what stands in `parse` beside `plugin`. */
export function parserSection(root: MapNode, report: Report): Section | undefined {
  const parse = child(root, "parse");
  if (parse?.kind !== "map") return undefined;
  const beside = sectionAt(parse, "parse", "plugin");
  const config = child(root, "parse_config");
  if (config?.kind !== "map") return beside;
  const isBeside = (path: Path) => path.length > 0 && beside.map.entries.has(String(path[0]));
  for (const [key, { keyPlace }] of config.entries) {
    if (isBeside([key])) report({ message: `parse_config.${key}: is in "parse" already`, ...keyPlace });
  }
  return {
    map: { ...config, entries: new Map<string, Entry>([...config.entries, ...beside.map.entries]) },
    nameOf: (path) => [isBeside(path) ? "parse" : "parse_config", ...path].join("."),
  };
}

/** The part of a section with the keys that a condition holds for; the others are known all the same. */
export function part(section: Section, otherKeys: readonly string[], keep: (key: string) => boolean): Section {
  return {
    ...section,
    map: filterEntries(section.map, keep),
    alsoKnown: [...(section.alsoKnown ?? []), ...otherKeys],
  };
}
