import { defineCommand, type ArgsDef, type CommandDef, type ParsedArgs } from "citty";
import { unlessAborted } from "../core/abort.ts";
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
  /** Set where a signal has to be waited out, so that what is under way ends in order; else it ends the command at once. */
  endsInOrder?: true;
  /** Gives the exit code. */
  run(args: ParsedArgs<T>, invocation: Invocation): Promise<number>;
}

/** A citty command that is given the shell and says how to exit. */
export function command<const T extends ArgsDef>(details: CommandDetails<T>): CommandDef {
  const { name, description, args, endsInOrder, run } = details;
  const definition: CommandDef = {
    meta: { name, description },
    args,
    // citty parses by `args` itself, and passes on the data that root.ts gives it.
    run(context) {
      const invocation = context.data as Invocation;
      const running = run(context.args as ParsedArgs<T>, invocation);
      return endsInOrder ? running : unlessAborted(invocation.shell.stop.signal, running);
    },
  };
  return defineCommand(definition);
}
