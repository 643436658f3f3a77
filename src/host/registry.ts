import { moduleDigest } from "./imports.ts";
import { brokenPlugin, loadPluginFile } from "./module.ts";
import type { Plugin, PluginLookup, StageName } from "../core/plugin.ts";
import type { PluginFile } from "./discovery.ts";

/**
 * The built-in plugins and those of a folder, as one. A file is imported when its name is first looked up, and never
 * if it is not; a file that has the name of a built-in plugin or of another file is an error then.
 */
export function pluginRegistry(builtins: readonly Plugin[], files: readonly PluginFile[]): PluginLookup {
  const loading = new Map<string, Promise<Plugin[]>>();
  const loaded = new Map<string, Plugin[]>();
  const builtinNames = new Set(builtins.map(({ name }) => name));

  async function loadFile(file: PluginFile): Promise<Plugin[]> {
    const plugins = await loadPluginFile(file);
    loaded.set(file.name, plugins);
    return plugins;
  }

  function outside(file: PluginFile): Promise<Plugin[]> {
    const plugins = loading.get(file.name) ?? loadFile(file);
    loading.set(file.name, plugins);
    return plugins;
  }

  function fileOf(name: string): PluginFile | undefined {
    const [file, twin] = files.filter((candidate) => candidate.name === name);
    if (file && builtinNames.has(name)) {
      throw broken(file, "a built-in plugin has this name", `rename the file: the built-in "${name}" stays`);
    }
    if (file && twin) throw broken(twin, "two files have this name", `${file.file} has the same name`);
    return file;
  }

  return {
    async find<K extends StageName>(stage: K, name: string) {
      const file = fileOf(name);
      const plugins = file ? await outside(file) : builtins;
      const found = plugins.find((plugin) => plugin.stage === stage && plugin.name === name);
      // Its stage was just compared, which TypeScript cannot follow through a type parameter.
      return found as Plugin<K> | undefined;
    },
    names(stage) {
      const serves = (plugin: Plugin) => plugin.stage === stage;
      const inside = builtins.filter(serves).map(({ name }) => name);
      const mayServe = files.filter(({ name }) => loaded.get(name)?.some(serves) ?? true).map(({ name }) => name);
      return [...new Set([...inside, ...mayServe])].toSorted();
    },
    async digest(name) {
      const file = fileOf(name);
      return file && moduleDigest(file.path);
    },
  };
}

function broken(file: PluginFile, reason: string, message: string) {
  return brokenPlugin(file.name, reason, [{ message, file: file.file }]);
}
