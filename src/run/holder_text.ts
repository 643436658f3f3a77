import type { LockHolder } from "../core/ports.ts";
import { isoSeconds } from "../core/time.ts";

/** `host:71 holds the lock (run r2026…, since 2026-04-21T12:00:00Z, until 2026-04-21T12:05:00Z unless it is renewed)` */
export function holderText({ owner, run_id, acquired_at, expires_at }: LockHolder, has = "holds the lock"): string {
  const details = [
    run_id === "" ? [] : `run ${run_id}`,
    acquired_at === undefined ? [] : `since ${isoSeconds(acquired_at)}`,
    expires_at === undefined ? "until its process ends" : `until ${isoSeconds(expires_at)} unless it is renewed`,
  ].flat();
  return `${owner === "" ? "another run" : owner} ${has} (${details.join(", ")})`;
}
