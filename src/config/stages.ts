import * as v from "valibot";
import type { DirectLoader, Plugin, PluginLookup, StageName, StoreLoader } from "../core/plugin.ts";
import { IngestorError } from "../core/errors.ts";
import { check, type Section } from "./check.ts";
import type { Dataset, LoadStep, Step } from "./dataset.ts";
import { findPlugin } from "./plugins.ts";
import { policyEntries } from "./policy.ts";
import { part, sectionAt } from "./sections.ts";
import { child, placeAt, textAt, type MapNode, type Node, type Report } from "./tree.ts";

export type Stages = Pick<Dataset, "parse" | "normalize" | "transform" | "load"> & {
  source: Dataset["source"] | undefined;
};

const policySchema = v.strictObject(policyEntries);

/** The stages that the file names, with their options checked; what has problems is left out, and they are reported. */
export async function readStages(
  root: MapNode,
  parser: Section | undefined,
  plugins: PluginLookup,
  report: Report,
): Promise<Stages> {
  const find = finder(plugins, report);
  const source = await find("extract", "source", child(root, "source"), "kind");
  const parse = await find("parse", "parse", child(root, "parse"));
  const normalize = await find("normalize", "normalize", child(root, "normalize"));
  const transform = await Promise.all(
    transformMaps(child(root, "transform")).map(([name, map]) => find("transform", name, map)),
  );
  const load = await find("load", "load", child(root, "load"));

  return {
    source: source && step(source.plugin, source.section, report),
    parse: parse && step(parse.plugin, parser ?? parse.section, report),
    normalize: normalize && step(normalize.plugin, normalize.section, report),
    transform: transform.flatMap((found) => (found && step(found.plugin, found.section, report)) ?? []),
    load: load && loadStep(load.plugin, load.section, report),
  };
}

/** Gives the plugin that a map names under `key`, with the options beside it; undefined for what is or was reported. */
function finder(plugins: PluginLookup, report: Report) {
  return async <K extends StageName>(stage: K, name: string, map: Node | undefined, key = "plugin") => {
    if (map?.kind !== "map") return undefined;
    const plugin = stage === "extract" && child(map, key) === undefined ? "http" : textAt(map, key);
    if (plugin === undefined) return undefined;
    const mention = { name: `${name}.${key}`, plugin, place: placeAt(map, [key]) };
    const found = await findPlugin(plugins, stage, mention, report);
    return found && { plugin: found, section: sectionAt(map, name, key) };
  };
}

/** One map or a list of them, each with its dotted path. */
function transformMaps(node: Node | undefined): [name: string, map: Node][] {
  if (node?.kind === "list") return node.items.map((item, index) => [`transform.${index}`, item]);
  return node === undefined ? [] : [["transform", node]];
}

function step<P extends { options: v.GenericSchema }>(
  plugin: P,
  section: Section,
  report: Report,
): Step<P> | undefined {
  const options = check(plugin.options, section, report);
  // The options of a plugin are a strict object, so what it makes of them is one too.
  return options === undefined ? undefined : { plugin, options: options as object };
}

function loadStep(plugin: Plugin<"load">, section: Section, report: Report): LoadStep | undefined {
  if ("store" in plugin) return storeStep(plugin, section, report);
  const direct = step<DirectLoader>(plugin, section, report);
  return direct && { kind: "direct", ...direct };
}

/** A store's own options say where it lies, the policy how it is kept; in the file they stand side by side. */
function storeStep(plugin: StoreLoader, section: Section, report: Report): LoadStep | undefined {
  const isPolicy = (key: string) => Object.hasOwn(policyEntries, key);
  const policyKeys = Object.keys(policyEntries);
  const options = step(
    plugin,
    part(section, policyKeys, (key) => !isPolicy(key)),
    report,
  )?.options;
  const policy = check(policySchema, part(section, [], isPolicy), report);
  if (options === undefined || policy === undefined) return undefined;
  try {
    return { kind: "store", plugin, location: plugin.store(options), policy };
  } catch (error) {
    if (!(error instanceof IngestorError)) throw error;
    report({ message: `${section.nameOf([])}: ${error.message}`, ...section.map.place });
    return undefined;
  }
}
