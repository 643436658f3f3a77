import type { Dataset } from "../config/dataset.ts";
import type { RunPorts } from "./ports.ts";

/** By name, the plugins that a dataset names: `built-in`, or the sha256 of the module's bytes. */
export async function pluginsOf(dataset: Dataset, ports: RunPorts): Promise<Record<string, string>> {
  const steps = [dataset.source, dataset.parse, dataset.normalize, ...dataset.transform, dataset.load];
  const names = [...new Set(steps.flatMap((step) => (step ? [step.plugin.name] : [])))].toSorted();
  const digests = names.map(async (name) => {
    const digest = await ports.pluginDigest(name);
    return [name, digest === undefined ? "built-in" : `sha256:${digest}`];
  });
  return Object.fromEntries(await Promise.all(digests));
}

/**
 * A hash over what makes observations of the source's bytes: the stages up to the last transform. Where it differs
 * from that of the last comparison, what is published was read differently, and is compared whole.
 */
export function readingOf(dataset: Dataset, plugins: Record<string, string>): string {
  const { parse, parse_config, normalize, transform } = JSON.parse(dataset.resolved);
  const names = [dataset.parse, dataset.normalize, ...dataset.transform].map((step) => step?.plugin.name ?? "");
  return hashOf([parse, parse_config, normalize, transform, names.map((name) => plugins[name])]);
}

/** A hash over all, beside the source, that decides what a run finds: config, plugins and program. */
export function recipeOf(dataset: Dataset, plugins: Record<string, string>, ports: RunPorts): string {
  return hashOf([dataset.resolved, plugins, ports.toolVersion]);
}

function hashOf(parts: unknown[]): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(parts)).digest("hex");
}
