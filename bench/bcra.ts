/**
 * What the daily workbook of the BCRA costs: `bun run build && bun bench/bcra.ts [rounds]`.
 * Runs the compiled `./ingestor` against a server on 127.0.0.1 and prints CPU seconds and peak memory of each kind of
 * run, beside the bare reading of the same sheets with the same library, for comparison within one round.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dir, "..");
const workbooks = resolve(repository, "../shared/data/bcra/workbook");
const sheets = ["RESERVAS", "BASE MONETARIA", "DEPOSITOS", "PRESTAMOS", "TASAS DE MERCADO", "INSTRUMENTOS DEL BCRA"];
if (!existsSync(workbooks)) throw new Error(`the workbooks are not at ${workbooks}`);

let served = "series_A.xlsm";
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => new Response(Bun.file(join(workbooks, served))),
});

interface Cost {
  cpu: number;
  peakMb: number;
}

async function cost(command: string[], cwd: string): Promise<Cost> {
  const child = Bun.spawn(command, { cwd, stdout: "ignore", stderr: "pipe" });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(said);
  const usage = child.resourceUsage();
  return { cpu: Number(usage?.cpuTime.total ?? 0) / 1e6, peakMb: (usage?.maxRSS ?? 0) / 1024 / 1024 };
}

const ingestor = (...args: string[]) => [join(repository, "ingestor"), ...args];
const dataset = [
  "--datasets",
  join(repository, "datasets"),
  "--plugins",
  join(repository, "plugins"),
  "--local",
  "data",
];
const run = (...flags: string[]) =>
  ingestor("run", "bcra_infomondia_series", ...dataset, "--set", `source.url=${server.url}series.xlsm`, ...flags);

const bare = `
  import { streamXlsxRows } from ${JSON.stringify(join(repository, "node_modules/hucre/dist/xlsx.mjs"))};
  const bytes = await Bun.file(${JSON.stringify(join(workbooks, "series_A.xlsm"))}).bytes();
  for (const sheet of ${JSON.stringify(sheets)}) for await (const row of streamXlsxRows(bytes, { sheet })) void row;
`;

for (let round = 1; round <= Number(process.argv[2] ?? 3); round++) {
  const folder = mkdtempSync(join(tmpdir(), "ingestor-bench-"));
  const costs: [string, Cost][] = [];
  served = "series_A.xlsm";
  costs.push(["bare reading of the sheets", await cost([process.execPath, "-e", bare], folder)]);
  costs.push(["first run", await cost(run(), folder)]);
  costs.push(["same bytes again", await cost(run(), folder)]);
  costs.push(["nothing new, parsed", await cost(run("--set", "windowInDays=36500"), folder)]);
  served = "series_B.xlsm";
  costs.push(["three days more", await cost(run(), folder)]);
  costs.push(["--full, 25 revisions", await cost(run("--full"), folder)]);
  costs.push(["validate", await cost(ingestor("validate", "bcra_infomondia_series", ...dataset), folder)]);
  costs.push(["--version", await cost(ingestor("--version"), folder)]);
  const reading = costs[0]?.[1].cpu ?? Number.NaN;
  console.log(`round ${round}`);
  for (const [what, { cpu, peakMb }] of costs) {
    const ratio = (cpu / reading).toFixed(2);
    console.log(
      `  ${what.padEnd(28)} ${cpu.toFixed(2).padStart(6)} s CPU  ${ratio.padStart(5)} ×  ${peakMb.toFixed(0).padStart(4)} MB`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
}
await server.stop(true);
