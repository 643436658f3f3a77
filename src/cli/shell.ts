import { IngestorError } from "../core/errors.ts";
import type { Secrets } from "../core/secrets.ts";
import type { RunPorts } from "../run/ports.ts";
import type { LogFormat } from "./log_format.ts";
import type { Stop } from "./signals.ts";

/** What a run's ports need to know of the command that opens them. */
export interface PortRequest {
  pluginDigest(name: string): Promise<string | undefined>;
  signal: AbortSignal;
  /** The folder of temporary files; undefined: the system's. */
  tmp?: string | undefined;
  /** How long a lock that is busy is waited for; undefined: not at all. */
  waitMs?: number | undefined;
  notify: RunPorts["notify"];
}

/** The process, as far as a command sees it. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the program was called, for showing commands to try. */
  readonly program: string;
  /** Set where standard error is a terminal. */
  readonly terminal: { readonly columns: number; readonly colour: boolean } | undefined;
  /** Whether standard output is a terminal, where nobody wants more than a screen. */
  readonly outTerminal: boolean;
  /** Whether standard output may be coloured. */
  readonly outColour: boolean;
  readonly stop: Stop;
  /** How events are written; before the arguments are read, as text. */
  readonly logFormat: LogFormat;
  /** What must not be shown; commands add what they read of it in dataset files. */
  readonly secrets: Secrets;
  now(): Date;
  /**
   * Writes results to standard output; settles when they are taken. Secrets in a text are masked; bytes are
   * observations, which pass as they are.
   */
  print(text: string | Uint8Array): Promise<void>;
  /** Writes anything else to standard error, with its secrets masked. */
  note(text: string): void;
  openPorts(request: PortRequest): Promise<RunPorts>;
}

/** The shell of this process. */
export function processShell(stop: Stop, secrets: Secrets, openPorts: Shell["openPorts"]): Shell {
  const { stdout, stderr, env, argv0 } = process;
  // Also reported to whoever writes; without a listener it would end the process.
  for (const stream of [stdout, stderr]) stream.on("error", () => {});
  const colour = !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return {
    env,
    // From the sources, the program is called bun.
    program: argv0.endsWith("ingestor") ? argv0 : "ingestor",
    terminal: stderr.isTTY ? { columns: stderr.columns || 80, colour } : undefined,
    outTerminal: stdout.isTTY,
    outColour: stdout.isTTY && colour,
    stop,
    logFormat: "text",
    secrets,
    now: () => new Date(),
    print: (text) =>
      new Promise((resolve, reject) => {
        const shown = typeof text === "string" ? secrets.mask(text) : text;
        stdout.write(shown, (error) => (error ? reject(cannotPrint(error)) : resolve()));
      }),
    note: (text) => void stderr.write(secrets.mask(text)),
    openPorts,
  };
}

function cannotPrint(cause: Error): IngestorError {
  const reason = "code" in cause && cause.code === "EPIPE" ? "nobody reads it any more" : cause.message;
  return new IngestorError("STORAGE", `Cannot write to standard output: ${reason}`, { cause });
}
