import { IngestorError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { isoSeconds } from "../core/time.ts";
import type { Lock, LockHolder } from "../core/ports.ts";
import { holderText } from "../run/holder_text.ts";
import { command, type Invocation } from "./command.ts";
import { datasetArg, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDatasets, type DatasetFlags } from "./dataset.ts";
import { wrongArguments } from "./flags.ts";
import { jsonText } from "./screen.ts";

const actions = ["status", "break"] as const;
type Action = (typeof actions)[number];

export const lockCommand = command({
  name: "lock",
  description: "Show who holds the lock of a dataset, or free it where that run is no more",
  args: {
    action: { type: "positional", required: true, description: "status, or break: free it, whoever holds it" },
    ...datasetArg,
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const action = readAction(flags.action);
    const { dataset_id, key, lock } = await openLock(action, flags.dataset, flags, invocation);
    const holder = await (action === "status" ? lock.holder(key) : lock.break(key));
    const line = { dataset_id, key, [action === "status" ? "holder" : "broken"]: holder ? jsonOf(holder) : null };
    await invocation.shell.print(flags.json ? jsonText([line]) : `${dataset_id}: ${outcomeText(action, holder)}\n`);
    return 0;
  },
});

function readAction(text: string): Action {
  const action = actions.find((known) => known === text);
  if (action !== undefined) return action;
  throw wrongArguments([`"${text}" is not one of ${actions.join(", ")}${didYouMean(text, actions)}`]);
}

async function openLock(
  action: Action,
  wanted: string,
  flags: DatasetFlags,
  invocation: Invocation,
): Promise<{ dataset_id: string; key: string; lock: Lock }> {
  const { read, ports } = await openDatasets(flags, invocation);
  const { dataset_id, lock: settings } = await read(wanted);
  const what = `Cannot ${action === "status" ? "show" : "break"} the lock of "${dataset_id}"`;
  if (settings === undefined) {
    const hint = "`lock` in the dataset file keeps two runs of it apart, such as lock: { kind: file }";
    throw new IngestorError("ARGUMENT", `${what}: it has none`, { hint });
  }
  if (settings.kind === "memory") {
    throw new IngestorError("ARGUMENT", `${what}: one of kind "memory" is known only to the process that holds it`);
  }
  return { dataset_id, key: settings.key, lock: ports.openLock(settings) };
}

function jsonOf({ owner, host, run_id, acquired_at, expires_at }: LockHolder) {
  const [since, until] = [acquired_at, expires_at].map((time) => (time === undefined ? null : isoSeconds(time)));
  return { owner, host, run_id, acquired_at: since, expires_at: until };
}

function outcomeText(action: Action, holder: LockHolder | undefined): string {
  if (action === "status") return holder === undefined ? "nobody holds the lock" : holderText(holder);
  return holder === undefined
    ? "nobody held the lock, and nothing was broken"
    : `the lock is free now; ${holderText(holder, "held it")}`;
}
