import type { Notifier } from "../core/ports.ts";
import { announce } from "../store/announce.ts";
import { converge, type Convergence } from "../store/converge.ts";
import type { Head } from "../store/head.ts";
import { putShown, readShown, type Shown } from "../store/projections.ts";
import type { Session } from "./context.ts";
import type { StoreTarget } from "./target.ts";

/** Finishes what an earlier run left: projections that lag behind the pointer, versions that nobody was told of. */
export async function heal(session: Session, target: StoreTarget, head: Head): Promise<Shown> {
  const shown = await readShown(target.site);
  if (head.kind !== "version") return shown;
  const snapshots = new Map([[head.version_id, head.snapshot]]);
  const lastSeen = { version_id: head.version_id, shown };
  const healed = await show(session, target, { snapshots, lastSeen });
  return healed === undefined ? shown : tell(session, target, healed);
}

/** Makes the projections show the current version; undefined where no version lists its partitions. */
export async function show(
  { dataset, ports, signal }: Session,
  { site, step }: StoreTarget,
  atHand: Omit<Convergence, "workers" | "silent" | "progress">,
): Promise<Shown | undefined> {
  return converge(site, {
    ...atHand,
    workers: step.policy.projection.copy_workers,
    silent: listener(dataset.silent, ports.notifier) === undefined,
    progress(done, total) {
      signal.throwIfAborted();
      ports.notify({ kind: "progress", stage: "publish", done, total, unit: "partitions" });
    },
  });
}

/** Announces what was not announced; where nobody listens, it counts as announced. */
export async function tell(session: Session, { site, step }: StoreTarget, shown: Shown): Promise<Shown> {
  if (shown.announced === shown.version_id) return shown;
  const notifier = listener(session.dataset.silent, session.ports.notifier);
  if (notifier === undefined) {
    return (await putShown(site, shown, { ...shown, announced: shown.version_id })) ?? shown;
  }
  const { location } = step;
  const bucket = location.kind === "file" ? location.root : location.name;
  return announce(site, notifier, shown, bucket, session.diary.warn);
}

function listener(silent: boolean, notifier: Notifier | undefined): Notifier | undefined {
  return silent ? undefined : notifier;
}
