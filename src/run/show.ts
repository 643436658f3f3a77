import type { Notifier } from "../core/ports.ts";
import { announce, type Linked } from "../store/announce.ts";
import { converge, type Convergence } from "../store/converge.ts";
import { type Head } from "../store/head.ts";
import { putShown, readShown, type Shown } from "../store/projections.ts";
import type { Job } from "./context.ts";
import { bucketOf, prefixOf, type StoreTarget } from "./target.ts";

/** Finishes what an earlier run left: projections that lag behind the pointer, versions that nobody was told of. */
export async function heal(job: Job, target: StoreTarget, head: Head): Promise<Shown> {
  const shown = await readShown(target.site);
  if (head.kind !== "version") return shown;
  const snapshots = new Map([[head.version_id, head.snapshot]]);
  const healed = await show(job, target, head.version_id, shown, { snapshots });
  return healed === undefined ? shown : tell(job, target, linkedOf(head), healed);
}

type AtHand = Pick<Convergence, "snapshots" | "drafted" | "expectations" | "content" | "suspects"> &
  Partial<Pick<Convergence, "silent">>;

/** Makes the projections show the current version, where there are projections; undefined where no version lists its partitions. */
export async function show(
  { dataset, ports }: Pick<Job, "dataset" | "ports">,
  { site, step }: StoreTarget,
  version_id: string,
  shown: Shown,
  given: AtHand,
): Promise<Shown | undefined> {
  const { mode, copy_workers } = step.policy.projection;
  if (mode === "direct") return shown;
  return converge(site, {
    silent: listener(dataset.silent, ports.notifier) === undefined,
    ...given,
    lastSeen: { version_id, shown },
    workers: copy_workers,
    random: ports.random,
    sleep: (ms) => ports.sleep(ms, ports.signal),
    progress(done, total) {
      // Not where the lock is lost: what is published is to be seen, and the conditions of the puts keep runs apart.
      ports.signal.throwIfAborted();
      ports.notify({ kind: "progress", stage: "publish", done, total, unit: "partitions" });
    },
  });
}

function linkedOf({ version_id, manifest }: Extract<Head, { kind: "version" }>): Linked {
  return { version_id, previous_version: manifest.previous_version };
}

/** Announces what was not announced; where nobody listens, it counts as announced. */
export async function tell(job: Job, { site, step }: StoreTarget, current: Linked, shown: Shown): Promise<Shown> {
  const { dataset, ports, diary } = job;
  const { version_id } = current;
  // Another run may have announced more than this version already.
  if (shown.announced !== undefined && shown.announced >= version_id) return shown;
  const notifier = listener(dataset.silent, ports.notifier);
  if (notifier === undefined) return (await putShown(site, shown, { ...shown, announced: version_id })) ?? shown;
  return announce(site, shown, {
    notifier,
    bucket: bucketOf(step.location),
    prefix: prefixOf(step.location),
    current,
    filesOf: (version) =>
      step.policy.projection.mode === "copy" ? site.keys.projectionsDir : site.keys.dataDir(version),
    warn(message) {
      // Tried when the run begins and when it ends.
      if (!diary.report.warnings.includes(message)) diary.warn(message);
    },
  });
}

function listener(silent: boolean, notifier: Notifier | undefined): Notifier | undefined {
  return silent ? undefined : notifier;
}
