import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { $ } from "bun";

const targets = ["linux-x64", "linux-arm64", "darwin-arm64"] as const;
type Target = (typeof targets)[number];

interface Build {
  /** Undefined: this machine. */
  target: Target | undefined;
  outfile: string;
}

try {
  await build(readArguments());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function readArguments(): Build {
  const { values } = parseArgs({ options: { target: { type: "string" }, outfile: { type: "string" } } });
  const target = targets.find((known) => known === values.target);
  if (values.target !== undefined && target === undefined) {
    throw new Error(`Cannot build for "${values.target}": the targets are ${targets.join(", ")}`);
  }
  return { target, outfile: resolve(values.outfile ?? (target === undefined ? "ingestor" : `ingestor-${target}`)) };
}

async function build({ target, outfile }: Build): Promise<void> {
  await mkdir(dirname(outfile), { recursive: true });
  // The compiler leaves source maps beside the binary, which has them inside too.
  const folder = await mkdtemp(join(dirname(outfile), ".build-"));
  try {
    const made = { target, outfile: join(folder, basename(outfile)) };
    await compile(made).catch((cause: unknown) => {
      throw new Error(`Cannot build "${outfile}": ${reasonsOf(cause)}${hintFor(target)}`, { cause });
    });
    await rename(made.outfile, outfile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compile({ target, outfile }: Build): Promise<void> {
  await Bun.build({
    entrypoints: [join(import.meta.dir, "../src/main.ts")],
    define: { "process.env.INGESTOR_COMMIT": JSON.stringify(await commit()) },
    minify: true,
    splitting: true,
    bytecode: true,
    format: "esm",
    sourcemap: "linked",
    compile: {
      outfile,
      // For another platform Bun fetches its runtime of the same version from the npm registry, once.
      ...(target !== undefined && { target: `bun-${target}` as const }),
      // A bunfig.toml in the folder where the program is started could make it run any file.
      autoloadBunfig: false,
      autoloadDotenv: true,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
}

/** The commit that is built: as the environment names it, else as the repository does; empty without either. */
async function commit(): Promise<string> {
  const named = process.env["INGESTOR_COMMIT"];
  if (named !== undefined && named !== "") return named.slice(0, 7);
  const head = await $`git rev-parse --short HEAD`
    .cwd(import.meta.dir)
    .quiet()
    .nothrow();
  return head.exitCode === 0 ? head.text().trim() : "";
}

function reasonsOf(cause: unknown): string {
  const all: unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return all.map((one) => (one instanceof Error || one instanceof BuildMessage ? one.message : String(one))).join("\n");
}

function hintFor(target: Target | undefined): string {
  const host = `${process.platform}-${process.arch}`;
  if (target === undefined || target === host) return "";
  return `\nhint: this machine is ${host}; for ${target}, the npm registry has to be in reach the first time`;
}
