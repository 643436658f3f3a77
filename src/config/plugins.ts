import { IngestorError } from "../core/errors.ts";
import type { Plugin, PluginLookup, StageName } from "../core/plugin.ts";
import { didYouMean } from "../core/suggest.ts";
import type { Place, Report } from "./tree.ts";

/** Where the file names a plugin: `name` is the dotted path. */
export interface Mention {
  name: string;
  plugin: string;
  place: Place;
}

/** The plugin that the file names; undefined if there is none or its module is broken, which is reported. */
export async function findPlugin<K extends StageName>(
  plugins: PluginLookup,
  stage: K,
  { name, plugin, place }: Mention,
  report: Report,
): Promise<Plugin<K> | undefined> {
  try {
    const found = await plugins.find(stage, plugin);
    if (found === undefined) report({ message: `${name}: ${unknown(stage, plugin, plugins.names(stage))}`, ...place });
    return found;
  } catch (error) {
    if (!(error instanceof IngestorError)) throw error;
    report({ message: `${name}: ${error.message}`, ...place });
    error.problems.forEach(report);
    return undefined;
  }
}

function unknown(stage: StageName, plugin: string, names: readonly string[]): string {
  const known = names.length === 0 ? "there are none" : `known: ${names.toSorted().join(", ")}`;
  return `unknown ${stage} plugin "${plugin}"${didYouMean(plugin, names)} (${known})`;
}
