import type { Dataset } from "../config/dataset.ts";
import type { PluginLookup } from "../core/plugin.ts";
import { readDataset } from "../host/datasets.ts";
import type { RunPorts } from "../run/ports.ts";
import { requireTarget } from "../run/open_target.ts";
import type { StoreTarget } from "../run/target.ts";
import type { Invocation } from "./command.ts";
import { datasetsFolder, openPlugins } from "./common.ts";
import { problemLine } from "./errors.ts";
import { openMessages } from "./messages.ts";

/** The flags with which every command finds the dataset and the store that it is about. */
export interface DatasetFlags {
  datasets?: string | undefined;
  plugins?: string | undefined;
  local?: string | undefined;
}

/** Reads dataset files as a run does, for any command. */
export interface DatasetReader {
  plugins: PluginLookup;
  ports: RunPorts;
  /** By id or path. Throws an `IngestorError` as `run` would. */
  read(wanted: string): Promise<Dataset>;
}

export async function openDatasets(flags: DatasetFlags, { shell, sets }: Invocation): Promise<DatasetReader> {
  const [messages, plugins] = await Promise.all([openMessages(shell), openPlugins(flags, shell)]);
  const { signal } = shell.stop;
  const ports = await shell.openPorts({ pluginDigest: plugins.digest, signal, notify: () => {} });
  const folder = datasetsFolder(flags, shell);
  return {
    plugins,
    ports,
    async read(wanted) {
      const { loadDataset } = await import("../config/load.ts");
      const found = await readDataset(wanted, folder);
      const { dataset, warnings } = await loadDataset({
        ...found,
        plugins,
        env: shell.env,
        set: sets,
        local: flags.local,
        secret: shell.secrets.add,
      });
      const { dataset_id } = dataset;
      for (const warning of warnings) messages.warn(problemLine(warning), { dataset_id });
      return dataset;
    },
  };
}

/** The one dataset that a command is about, with its versioned store. */
export async function openDataset(
  wanted: string,
  flags: DatasetFlags,
  invocation: Invocation,
): Promise<{ dataset: Dataset; target: StoreTarget; ports: RunPorts }> {
  const { read, ports } = await openDatasets(flags, invocation);
  const dataset = await read(wanted);
  return { dataset, target: await requireTarget(dataset, ports), ports };
}
