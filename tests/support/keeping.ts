import type { ObjectStore } from "../../src/core/ports.ts";
import type { RunPorts } from "../../src/run/ports.ts";
import { jsonFormat } from "../../src/store/format.ts";
import { versionChain } from "../../src/store/chain.ts";
import { readSnapshot } from "../../src/store/head.ts";
import { readVersion } from "./read_version.ts";
import { siteOf } from "../../src/store/site.ts";
import { pruneDataset } from "../../src/run/prune.ts";
import { rollback } from "../../src/run/rollback.ts";
import { verifyDataset } from "../../src/run/verify.ts";
import { faultyStore } from "./faulty_store.ts";
import { datasetOf, rates, storeRoot, type RunSettings, type World } from "./run.ts";

type Settings = Pick<RunSettings, "set" | "ports">;

/** What is done to the store of a world beside its runs. */
export function keeping(w: World, { set = [], ports: others }: Settings = {}) {
  const ports = { ...w.ports, ...others };
  const dataset = () => datasetOf(rates, { set });
  const site = siteOf("rates", w.store(), jsonFormat);

  async function contentOf(version_id: string): Promise<string[]> {
    const snapshot = await readSnapshot(site, version_id);
    if (snapshot === undefined) throw new Error(`${version_id} has no snapshot`);
    const rows = await readVersion(site, snapshot);
    return rows.map((row) => JSON.stringify(row)).toSorted();
  }

  return {
    site,
    /** Publishes what the source gives, and gives the id of the version. */
    async publish(body: string): Promise<string> {
      w.serve(body);
      const { report } = await w.run({ set, full: true, ports: { ...others } });
      if (report.status !== "published") throw new Error(JSON.stringify(report));
      return report.version_id ?? "";
    },
    rollback: async (version_id: string) => rollback(await dataset(), ports, version_id),
    verify: async ({ all = true, repair = false } = {}) => verifyDataset(await dataset(), ports, { all, repair }),
    /** What verify finds wrong, a line each. */
    async problems(options: { all?: boolean; repair?: boolean } = {}): Promise<string[]> {
      const { findings } = await this.verify(options);
      return findings.map(({ key, problem }) => `${key.replace(storeRoot, "")} ${problem}`);
    },
    prune: async (request: { keepLast?: number; keepDays?: number; yes?: boolean } = {}) =>
      pruneDataset(await dataset(), ports, { keepLast: 10, keepDays: 30, yes: true, ...request }),
    /** The versions from the current one back, newest first. */
    async chain(): Promise<string[]> {
      if ((await w.text(site.keys.pointer)) === undefined) return [];
      return (await Array.fromAsync(versionChain(site))).map(({ version_id }) => version_id);
    },
    /** Every observation of a version with all that is said of it, each file against its digest, sorted. */
    contentOf,
  };
}

/** The world's stores, whose process dies at the call with this number, from 0; what deletes many dies in the middle. */
export function dying(w: World, at: number) {
  const wrapped = new Map<ObjectStore, ObjectStore>();
  let made = 0;
  const openStore: RunPorts["openStore"] = (location) => {
    const objects = w.ports.openStore(location);
    const known =
      wrapped.get(objects) ?? oneByOne(faultyStore(objects, () => (made++ >= at ? "fail" : undefined)).store);
    wrapped.set(objects, known);
    return known;
  };
  return { ports: { openStore }, died: () => made > at };
}

function oneByOne(store: ObjectStore): ObjectStore {
  return {
    ...store,
    async delete(keys) {
      for (const key of keys) await store.delete([key]);
    },
  };
}
