import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ingestor } from "./binary.ts";
import { tempFolder } from "./folder.ts";
import { startIngestor } from "./process.ts";

/** Reads lines of code,date,value; where the first line is `wait`, not before there is a file called `go`. */
const parser = `import { existsSync } from "node:fs";
import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({
  name: "lines",
  summary: "Reads lines of code,date,value",
  options: v.strictObject({}),
  async *parse({ blob }, _, { signal }) {
    const rows = (await blob.text()).trim().split("\\n");
    if (rows[0] === "wait") {
      process.stderr.write("at work\\n");
      while (!existsSync("go")) {
        await Bun.sleep(20);
        signal.throwIfAborted();
      }
      rows.shift();
    }
    for (const row of rows) {
      const [internal_series_code, obs_time, value] = row.split(",");
      yield { internal_series_code, obs_time, value, unit: "index", frequency: "D" };
    }
  },
});
`;

const dataset = (lock: string) => `dataset_id: rates
source: { kind: file, path: quick.txt }
parse: { plugin: lines }
normalize: { plugin: series }
load: { plugin: file_versioned, root: ./out }
lock: ${lock}
`;

/** A dataset with this lock, in a folder of its own, and processes of the real program that run it. */
export function lockWorld(lock: string, env: Readonly<Record<string, string>> = {}) {
  const cwd = tempFolder({
    "plugins/lines.ts": parser,
    "datasets/rates.yaml": dataset(lock),
    "datasets/quick.txt": "A_D,2026-04-01,2\n",
    "datasets/slow.txt": "wait\nA_D,2026-04-01,1\n",
  });

  const start = (args: readonly string[]) => startIngestor(["run", "rates", "--json", ...args], { cwd, env });

  return {
    cwd,
    /** A run that has taken the lock, if it is to be had, and then works until `goOn`. */
    slow: (...args: string[]) => start(["--set", "source.path=slow.txt", ...args]),
    quick: async (...args: string[]) => (await start(args)).ended(),
    goOn: () => writeFileSync(join(cwd, "go"), ""),
    ingestor: (...args: string[]) => ingestor(args, { cwd, env }),
    current: () => {
      const path = join(cwd, "out/datasets/rates/index/current_version.txt");
      return existsSync(path) ? readFileSync(path, "utf8") : undefined;
    },
    shown: () => readFileSync(join(cwd, "out/datasets/rates/projections/A_D/year=2026/month=04/data.json"), "utf8"),
  };
}

/** What `run --json` says in the end. */
export function reportIn(stdout: string) {
  return JSON.parse(stdout) as { status: string; run_id: string; version_id: string | null };
}
