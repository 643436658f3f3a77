import { binary, type Started } from "./binary.ts";

/** The compiled program while it runs. */
export interface Process {
  child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** Settles when what it wrote to standard error has this in it; throws where it ends without. */
  says(text: string): Promise<void>;
  ended(): Promise<{ exitCode: number; stdout: string; stderr: string }>;
}

/** Starts the compiled program, without a terminal and with nothing on standard input. */
export async function startIngestor(args: readonly string[], { cwd, env = {} }: Started): Promise<Process> {
  const child = Bun.spawn([await binary(), ...args], { cwd, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  let stderr = "";
  const read = (async () => {
    for await (const chunk of child.stderr) stderr += new TextDecoder().decode(chunk);
  })();
  return {
    child,
    async says(text) {
      while (!stderr.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${stderr}`);
        await Bun.sleep(5);
      }
    },
    async ended() {
      const stdout = await new Response(child.stdout).text();
      await read;
      return { exitCode: await child.exited, stdout, stderr };
    },
  };
}

/** The reports that `run --json` printed. */
export function reportsIn(stdout: string) {
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}
