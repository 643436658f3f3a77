import { renderUsage, runCommand, type ArgsDef, type CommandDef } from "citty";
import { IngestorError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { errorText } from "./errors.ts";
import { exitCodeOf } from "./exit.ts";
import { readFlags } from "./flags.ts";
import { logFormatFlag, logFormatOf } from "./log_format.ts";
import { openMessages } from "./messages.ts";
import { version } from "./version.ts";
import type { Shell } from "./shell.ts";

/** Each command is a file of its own, loaded when it is called. */
const commands: Readonly<Record<string, () => Promise<CommandDef>>> = {
  run: async () => (await import("./run.ts")).runCommand,
  validate: async () => (await import("./validate.ts")).validateCommand,
  list: async () => (await import("./list.ts")).listCommand,
  status: async () => (await import("./status.ts")).statusCommand,
  versions: async () => (await import("./versions.ts")).versionsCommand,
  read: async () => (await import("./read.ts")).readCommand,
  diff: async () => (await import("./diff.ts")).diffCommand,
  rollback: async () => (await import("./rollback.ts")).rollbackCommand,
  verify: async () => (await import("./verify.ts")).verifyCommand,
  prune: async () => (await import("./prune.ts")).pruneCommand,
  state: async () => (await import("./state.ts")).stateCommand,
  lock: async () => (await import("./lock.ts")).lockCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
};

const rootArgs = {
  help: { type: "boolean", alias: "h", description: "Show this, or after a command what it takes" },
  version: { type: "boolean", description: "Show the version" },
} as const;

const root: CommandDef = {
  meta: {
    name: "ingestor",
    version,
    description: "Brings public time series into a versioned store that can be trusted",
  },
  args: rootArgs,
  subCommands: commands,
};

/** Runs what the arguments say. Never throws: what goes wrong is shown, and gives the exit code. */
export async function runCli(argv: readonly string[], given: Shell): Promise<number> {
  let shell = given;
  try {
    const logFormat = logFormatOf(logFormatFlag(argv), given.env, given.terminal !== undefined);
    shell = { ...given, logFormat };
    const exitCode = await dispatch(argv, shell);
    const bug = shell.stop.bug();
    if (bug === undefined) return exitCode;
    throw bug;
  } catch (error) {
    // What stopped because of a bug says no more than the bug itself.
    const thrown = shell.stop.bug() ?? error;
    const { fail } = await openMessages(shell);
    const text = errorText(thrown, argv.includes("-v") || argv.includes("--verbose"));
    fail(text, { error_code: thrown instanceof IngestorError ? thrown.code : "BUG" });
    return exitCodeOf(thrown, shell.stop.exitCode());
  }
}

async function dispatch([word, ...rest]: readonly string[], shell: Shell): Promise<number> {
  if (word === undefined) {
    if (shell.env["DATASET_ID"]) return runNamed("run", [], shell);
    shell.note(await usage(shell, root));
    return 2;
  }
  if (word.startsWith("-")) return rootFlag([word, ...rest], shell);
  if (word === "help") return dispatch([...rest.slice(0, 1), "--help"], shell);
  if (Object.hasOwn(commands, word)) return runNamed(word, rest, shell);
  const { isBareDataset } = await import("./bare_dataset.ts");
  if (await isBareDataset(word, rest, shell)) return runNamed("run", [word, ...rest], shell);
  throw unknownCommand(word, shell);
}

async function runNamed(name: string, raw: readonly string[], shell: Shell): Promise<number> {
  const found = await commands[name]?.();
  if (!found) throw unknownCommand(name, shell);
  return runFound(found, raw, shell);
}

async function rootFlag(raw: readonly string[], shell: Shell): Promise<number> {
  const { canonical } = readFlags(raw, rootArgs);
  await shell.print(canonical.includes("--help") ? await usage(shell, root) : `ingestor ${version}\n`);
  return 0;
}

async function runFound(found: CommandDef, raw: readonly string[], shell: Shell): Promise<number> {
  if (asksForHelp(raw)) {
    await shell.print(await usage(shell, found, root));
    return 0;
  }
  const { canonical, sets } = readFlags(raw, definitionsOf(found));
  const { result } = await runCommand(found, { rawArgs: canonical, data: { shell, sets } });
  // Every command is made by command(), whose run gives the exit code.
  return result as number;
}

function definitionsOf({ args }: CommandDef): ArgsDef {
  // citty takes promises and functions too; command() is given the definitions themselves.
  return args as ArgsDef;
}

function asksForHelp(raw: readonly string[]): boolean {
  const end = raw.indexOf("--");
  return (end < 0 ? raw : raw.slice(0, end)).some((word) => word === "--help" || word === "-h");
}

async function usage({ outColour }: Shell, found: CommandDef, parent?: CommandDef): Promise<string> {
  const text = await renderUsage(found, parent);
  const lines = (outColour ? text : Bun.stripANSI(text)).trimEnd().split("\n");
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function unknownCommand(word: string, { program }: Shell): IngestorError {
  const names = Object.keys(commands);
  const guess = didYouMean(word, names);
  return new IngestorError("ARGUMENT", `Cannot find command "${word}": the commands are ${names.join(", ")}${guess}`, {
    hint: guess === "" ? `to run a dataset: ${program} run ${word}` : undefined,
  });
}
