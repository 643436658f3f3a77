import { IngestorError } from "../core/errors.ts";
import { datasetsFolder, openPlugins } from "./common.ts";
import { readDuration } from "./duration.ts";
import { plainDisplay, type Display } from "./display.ts";
import { liveDisplay } from "./live_display.ts";
import { jsonLog, type Log } from "./log.ts";
import { logDisplay } from "./log_display.ts";
import { openMessages, type Messages } from "./messages.ts";
import type { PluginLookup } from "../core/plugin.ts";
import type { Folder } from "../host/discovery.ts";
import type { RunPorts } from "../run/ports.ts";
import type { Invocation } from "./command.ts";
import type { Selection } from "./selection.ts";
import type { Shell } from "./shell.ts";

/** The flags of `ingestor run`. */
export interface RunFlags {
  datasets?: string | undefined;
  plugins?: string | undefined;
  local?: string | undefined;
  output?: string | undefined;
  tmp?: string | undefined;
  wait?: string | undefined;
  full?: boolean | undefined;
  json?: boolean | undefined;
  verbose?: boolean | undefined;
}

/** What all the datasets of one `ingestor run` share. */
export interface RunSession {
  shell: Shell;
  datasets: Folder;
  plugins: PluginLookup;
  ports: RunPorts;
  display: Display;
  messages: Messages;
  sets: readonly string[];
  local: string | undefined;
  full: boolean;
  json: boolean;
  verbose: boolean;
  /** Whether several datasets are run, and reported on together. */
  many: boolean;
  /** Why some of them must not be run, by what they are asked for. */
  refused: Selection["refused"];
  /** Set where events are for programs: they take the place of what people would read. */
  log: Log | undefined;
  /** A file, or `-`. */
  output: string | undefined;
  /** The flags that another command needs to find the same things. */
  kept: readonly string[];
}

/** Opens what the flags ask for. Throws an `IngestorError` (`ARGUMENT`) where they do not go together. */
export async function openSession(
  flags: RunFlags,
  { shell, sets }: Invocation,
  { many, refused }: Pick<Selection, "many" | "refused">,
): Promise<RunSession> {
  const { local, output } = flags;
  const [json, verbose, full] = [flags.json === true, flags.verbose === true, flags.full === true];
  if (json && output === "-") {
    throw new IngestorError("ARGUMENT", 'Cannot use "--json" with "--output -": both write to standard output');
  }
  if (many && output !== undefined) {
    throw new IngestorError(
      "ARGUMENT",
      'Cannot use "--output" with several datasets: each would write over the others',
    );
  }
  const messages = await openMessages(shell);
  const log = shell.logFormat === "json" ? jsonLog(shell) : undefined;
  const display = log ? logDisplay(log, verbose) : openDisplay(shell, messages, { many, verbose });
  const plugins = await openPlugins(flags, shell);
  const { signal } = shell.stop;
  const ports = await shell.openPorts({
    pluginDigest: plugins.digest,
    signal,
    tmp: flags.tmp,
    waitMs: flags.wait === undefined ? undefined : readDuration("--wait", flags.wait),
    notify: display.show,
  });
  const datasets = datasetsFolder(flags, shell);
  const again = ["datasets", "plugins", "local"] as const;
  const kept = again.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, flags[name]]));
  const shared = { shell, datasets, plugins, ports, display, messages, log };
  return { ...shared, sets, local, full, json, verbose, many, refused, output, kept };
}

function openDisplay(
  { terminal, note, now }: Shell,
  { warn }: Messages,
  { many, verbose }: { many: boolean; verbose: boolean },
): Display {
  if (!terminal) return plainDisplay({ note, many, verbose });
  return liveDisplay({ note, warn, now: () => now().getTime(), columns: terminal.columns, many });
}
