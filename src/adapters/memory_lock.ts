import { hostname } from "node:os";
import type { Lock, LockHolder } from "../core/ports.ts";
import { keepLease, type Lease, type Time } from "./lease.ts";

interface Tenant {
  holder: LockHolder;
  lease: Lease;
}

/** Keeps the runs of one process apart. Unless it is given `leaseSeconds`, a lease ends only with the process. */
export function memoryLock(time: Time, leaseSeconds?: number): Lock {
  const tenants = new Map<string, Tenant>();
  const tokens = new Map<string, number>();

  const fromNow = () => (leaseSeconds === undefined ? undefined : new Date(time.now().getTime() + leaseSeconds * 1000));

  function tenantOf(key: string): Tenant | undefined {
    const tenant = tenants.get(key);
    const until = tenant?.holder.expires_at;
    return until === undefined || until > time.now() ? tenant : undefined;
  }

  /** The time, for a token must also be greater than those of processes that are no more. */
  function nextToken(key: string): number {
    const token = Math.max((tokens.get(key) ?? 0) + 1, time.now().getTime());
    tokens.set(key, token);
    return token;
  }

  function settle(key: string, holder: LockHolder): Lease {
    const renew = async () => {
      if (tenants.get(key)?.holder !== holder) return { lost: "another run has it" };
      holder.expires_at = fromNow();
      return { until: holder.expires_at };
    };
    const every = ((leaseSeconds ?? 3600) * 1000) / 3;
    const lease = keepLease({ until: holder.expires_at, every, renew }, time);
    tenants.set(key, { holder, lease });
    return lease;
  }

  return {
    async acquire(key, wanted) {
      const busy = tenantOf(key);
      if (busy) return { busy: { ...busy.holder } };
      const holder = { ...wanted, host: hostname(), acquired_at: time.now(), expires_at: fromNow() };
      const { lost, check, end } = settle(key, holder);
      const release = async () => {
        end();
        if (tenants.get(key)?.holder === holder) tenants.delete(key);
      };
      return { held: { token: nextToken(key), lost, check, release } };
    },
    async holder(key) {
      const tenant = tenantOf(key);
      return tenant && { ...tenant.holder };
    },
    async break(key) {
      const tenant = tenantOf(key);
      tenants.delete(key);
      tenant?.lease.lose("somebody broke it");
      return tenant && { ...tenant.holder };
    },
  };
}
