import type { PluginLookup } from "../core/plugin.ts";
import type { Folder } from "../host/discovery.ts";
import type { Shell } from "./shell.ts";

/** The one dataset that a command is about. */
export const datasetArg = {
  dataset: {
    type: "positional",
    required: true,
    description: "Id in the datasets folder, or path of a dataset file",
  },
} as const;

/** The flags that say where dataset files and plugins are. */
export const folderArgs = {
  datasets: {
    type: "string",
    valueHint: "DIR",
    description: "Folder of the dataset files (INGESTOR_DATASETS, or ./datasets)",
  },
  plugins: {
    type: "string",
    valueHint: "DIR",
    description: "Folder of further plugins; their code is run (INGESTOR_PLUGINS, or ./plugins)",
  },
} as const;

/** The flags that change what a dataset file says. */
export const overrideArgs = {
  set: {
    type: "string",
    valueHint: "KEY=VALUE",
    description: "Put this YAML value in place of a key of the dataset file, as in source.url=…; may be repeated",
  },
  local: {
    type: "string",
    valueHint: "DIR",
    description: "Keep store, state and lock in this folder instead, and announce nothing",
  },
} as const;

/** The flags that say how much is shown, and for whom. */
export const outputArgs = {
  json: { type: "boolean", description: "Print JSON, one object a line" },
  verbose: { type: "boolean", alias: "v", description: "Show everything that is known" },
  "log-format": {
    type: "string",
    valueHint: "FORMAT",
    description: "Write events to standard error as text or as json, one a line (LOG_FORMAT)",
  },
} as const;

interface FolderFlags {
  datasets?: string | undefined;
  plugins?: string | undefined;
}

export function datasetsFolder(flags: FolderFlags, { env }: Shell): Folder {
  return folderOf(flags.datasets, env["INGESTOR_DATASETS"], "datasets");
}

/** The built-in plugins and those of the plugins folder. */
export async function openPlugins(flags: FolderFlags, { env }: Shell): Promise<PluginLookup> {
  const [{ pluginFiles }, { pluginRegistry }, { builtinPlugins }] = await Promise.all([
    import("../host/discovery.ts"),
    import("../host/registry.ts"),
    import("../host/builtins.ts"),
  ]);
  const folder = folderOf(flags.plugins, env["INGESTOR_PLUGINS"], "plugins");
  return pluginRegistry(builtinPlugins, pluginFiles(folder));
}

function folderOf(flag: string | undefined, variable: string | undefined, usual: string): Folder {
  // An empty variable is how shells and containers write one that is not set.
  const named = flag ?? (variable === "" ? undefined : variable);
  return { path: named ?? usual, named: named !== undefined };
}
