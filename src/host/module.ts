import { IngestorError, type Problem } from "../core/errors.ts";
import { importFailure } from "./broken.ts";
import { readExport } from "./shape.ts";
import { exposeApi } from "./virtual.ts";
import type { Plugin } from "../core/plugin.ts";
import type { PluginFile } from "./discovery.ts";

/** Imports a plugin file and gives its plugins. Throws one `IngestorError` (`PLUGIN`) that says all that is wrong. */
export async function loadPluginFile(file: PluginFile): Promise<Plugin[]> {
  const { default: exported } = await importPluginFile(file);
  const { plugins, problems } = readExport(exported, file.name);
  if (problems.length === 0) return plugins;
  const placed = problems.map((message) => ({ message, file: file.file }));
  throw brokenPlugin(file.name, "it is not a valid plugin", placed);
}

/** The one error that a plugin file which cannot be used gives. */
export function brokenPlugin(name: string, reason: string, problems: readonly Problem[], cause?: unknown) {
  return new IngestorError("PLUGIN", `Cannot load plugin "${name}": ${reason}`, { problems, cause });
}

async function importPluginFile(file: PluginFile): Promise<{ default?: unknown }> {
  const served = await exposeApi();
  try {
    // A module that was imported has no shape yet; what it exports is checked before it is used.
    return (await import(file.path)) as { default?: unknown };
  } catch (cause) {
    const { reason, problems } = await importFailure(cause, file, served);
    throw brokenPlugin(file.name, reason, problems, cause);
  }
}
