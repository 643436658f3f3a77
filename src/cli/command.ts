import { defineCommand, type ArgsDef, type CommandDef, type ParsedArgs } from "citty";
import type { Shell } from "./shell.ts";

/** What a command is given beside its own flags. */
export interface Invocation {
  shell: Shell;
  /** The values of `--set`, in order. */
  sets: readonly string[];
}

export interface CommandDetails<T extends ArgsDef> {
  name: string;
  /** What it does, as one line of `--help`. */
  description: string;
  args: T;
  /** Gives the exit code. */
  run(args: ParsedArgs<T>, invocation: Invocation): Promise<number>;
}

/** A citty command that is given the shell and says how to exit. */
export function command<const T extends ArgsDef>({ name, description, args, run }: CommandDetails<T>): CommandDef {
  const definition: CommandDef = {
    meta: { name, description },
    args,
    // citty parses by `args` itself, and passes on the data that root.ts gives it.
    run: (context) => run(context.args as ParsedArgs<T>, context.data as Invocation),
  };
  return defineCommand(definition);
}
