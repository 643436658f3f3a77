import { plugin } from "bun";

type Exports = Readonly<Record<string, unknown>>;

let exposed: Promise<ReadonlyMap<string, Exports>> | undefined;

/**
 * Serves `ingestor` and `valibot` to modules from outside, as the very objects that the core uses, so that a plugin
 * needs no node_modules. Gives what each of the two exports. Repeated calls do nothing more.
 */
export function exposeApi(): Promise<ReadonlyMap<string, Exports>> {
  exposed ??= expose();
  return exposed;
}

async function expose(): Promise<ReadonlyMap<string, Exports>> {
  // Both are loaded before they are served: importing one inside its own callback would ask for itself for ever.
  const [api, valibot] = await Promise.all([import("../api.ts"), import("valibot")]);
  const modules = new Map<string, Exports>([
    ["ingestor", { ...api }],
    ["valibot", { ...valibot }],
  ]);
  plugin({
    name: "ingestor",
    setup(build) {
      for (const [name, exports] of modules) build.module(name, () => ({ exports, loader: "object" }));
    },
  });
  return modules;
}
