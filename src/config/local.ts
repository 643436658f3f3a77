import { join } from "node:path";
import { IngestorError } from "../core/errors.ts";
import type { Plugin, PluginLookup } from "../core/plugin.ts";
import { escapeReferences, readEnv, type Env } from "./interpolate.ts";
import { policyEntries } from "./policy.ts";
import { child, filterEntries, isNothing, placeAt, textAt, textNode, withEntries } from "./tree.ts";
import type { MapNode, Node, Place, Report } from "./tree.ts";

export interface Local {
  /** The folder as given. */
  dir: string;
  plugins: PluginLookup;
  env: Env;
  warn: Report;
}

/**
 * The tree with store, state and lock, those that it has, moved into one folder. A loader that is no versioned store
 * cannot be moved: then nothing is, and that is a warning.
 */
export async function applyLocal(root: MapNode, local: Local): Promise<MapNode> {
  const place: Place = { file: `--local ${local.dir}` };
  const load = child(root, "load");
  const name = readEnv(textAt(load, "plugin") ?? "", local.env, () => {});
  const loader = await findQuietly(local.plugins, name);
  if (loader !== undefined && "load" in loader) {
    const message = `load.plugin: "${name}" is not a versioned store, so that --local moves nothing`;
    local.warn({ message, ...placeAt(root, ["load", "plugin"]) });
    return root;
  }
  const moved: Record<string, Node> = {};
  if (load?.kind === "map") moved.load = movedLoad(load, loader, local.dir, place);
  if (!isNothing(child(root, "lock"))) moved.lock = madeLock(local.dir, place);
  return withState(withEntries(root, moved, place), local.dir, place);
}

/** A module that is broken or not there says nothing against moving the store that it would have opened. */
async function findQuietly(plugins: PluginLookup, name: string): Promise<Plugin<"load"> | undefined> {
  try {
    return await plugins.find("load", name);
  } catch (error) {
    if (error instanceof IngestorError) return undefined;
    throw error;
  }
}

/** What says where the old store lay goes; what says how it is kept stays, and so do typos, to be reported. */
function movedLoad(load: MapNode, loader: Plugin<"load"> | undefined, dir: string, place: Place): MapNode {
  const kept = filterEntries(load, (key) => {
    const isTypo = loader !== undefined && !Object.hasOwn(loader.options.entries, key);
    return Object.hasOwn(policyEntries, key) || isTypo;
  });
  const plugin = textNode("file_versioned", place);
  return withEntries(kept, { plugin, root: textNode(escapeReferences(dir), place) }, place);
}

/** With both `state` and `state_file` the file is wrong anyway, and stays as it is to be told so. */
function withState(root: MapNode, dir: string, place: Place): MapNode {
  const [state, stateFile] = [child(root, "state"), child(root, "state_file")];
  if (isNothing(state) === isNothing(stateFile)) return root;
  const path = join(escapeReferences(dir), "state", `${textAt(root, "dataset_id") ?? ""}.json`);
  const lookback = child(state, "lookback");
  const moved = withEntries(madeMap({ kind: "file", path }, place), lookback ? { lookback } : {}, place);
  return withEntries(
    filterEntries(root, (key) => key !== "state_file"),
    { state: moved },
    place,
  );
}

function madeLock(dir: string, place: Place): MapNode {
  return madeMap({ kind: "file", path: join(escapeReferences(dir), "locks") }, place);
}

function madeMap(values: Record<string, string>, place: Place): MapNode {
  const entries = Object.entries(values).map(
    ([key, value]) => [key, { keyPlace: place, node: textNode(value, place) }] as const,
  );
  return { kind: "map", entries: new Map(entries), place };
}
