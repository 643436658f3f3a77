import { join, resolve } from "node:path";

/** How a program ended, and what it wrote. */
export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface Started {
  cwd: string;
  /** All of the environment: nothing is inherited. */
  env?: Readonly<Record<string, string>>;
}

const repository = resolve(import.meta.dir, "../..");
let built: Promise<string> | undefined;

/**
 * The path of the compiled program, built when first asked for. It has a place of its own, because nothing runs at the
 * end of `bun test` that could remove it.
 */
export function binary(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const outfile = join(repository, "node_modules/.cache/ingestor-tests/ingestor");
  const { exitCode, stderr } = await spawn([process.execPath, ".ci/build.ts", "--outfile", outfile], {
    cwd: repository,
    env: { PATH: process.env["PATH"] ?? "" },
  });
  if (exitCode !== 0) throw new Error(stderr);
  return outfile;
}

/** Runs the compiled program to its end, without a terminal and with nothing on standard input. */
export async function ingestor(args: readonly string[], started: Started): Promise<Ended> {
  return spawn([await binary(), ...args], started);
}

async function spawn(command: string[], { cwd, env = {} }: Started): Promise<Ended> {
  const child = Bun.spawn(command, { cwd, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}
