import { IngestorError } from "../core/errors.ts";
import type { ObjectStore } from "../core/ports.ts";
import { ignoredConditions } from "../store/conditions.ts";
import { diagnose, failure, type Diagnosis, type Tell } from "./diagnosis.ts";

const body = Buffer.from("ingestor doctor looks whether it may write here; this may be deleted\n");

/** A place in a store: what is listed there, and an object that is nobody's. */
export interface StoreProbe {
  /** For people: `store`, `state`. */
  name: string;
  open(): ObjectStore;
  /** Undefined: nothing has to be listed. */
  prefix: string | undefined;
  key: string;
}

type Opened = Omit<StoreProbe, "open"> & { objects: ObjectStore };

/** The rights that a run needs in a store, and whether conditions are enforced there, each tried out. */
export async function checkStore({ open, ...place }: StoreProbe, tell: Tell): Promise<void> {
  let objects: ObjectStore;
  try {
    objects = open();
  } catch (error) {
    return tell(failure(place.name, error));
  }
  // At the same time, as each may have to wait for a server that does not answer.
  await Promise.all([checkListing({ ...place, objects }, tell), checkObject({ ...place, objects }, tell)]);
}

async function checkListing({ name, objects, prefix, key }: Opened, tell: Tell): Promise<void> {
  if (prefix !== undefined) await tell(await diagnose(`${name} list`, () => listed(objects, prefix, key)));
}

async function checkObject(place: Opened, tell: Tell): Promise<void> {
  const { name, objects, key } = place;
  const put = await diagnose(`${name} put`, () => written(objects, key));
  await tell(put);
  // Without ours, what is there would be another's: nothing else is tried then.
  if (put.status === "fail") return;
  await tell(await diagnose(`${name} get`, () => read(objects, key)));
  await tell(await diagnose(`${name} conditions`, () => conditions(objects, key)));
  await tell(await removal(place));
}

async function listed({ list, name }: ObjectStore, prefix: string, own: string): Promise<string> {
  for await (const { key } of list(prefix)) if (key !== own) return `${name}/${prefix} has objects`;
  return `${name}/${prefix} is empty`;
}

async function written(objects: ObjectStore, key: string): Promise<string> {
  if ((await objects.put(key, body, { absent: true })) !== undefined) return `${objects.name} takes objects`;
  throw new IngestorError("STORAGE", `Cannot write "${key}": it is there already`);
}

async function read(objects: ObjectStore, key: string): Promise<string> {
  const found = await objects.get(key);
  if (found && Buffer.compare(found.body, body) === 0) return "what was written is read back";
  throw new IngestorError("STORAGE", `Cannot read "${key}": it is not what was written`);
}

async function conditions(objects: ObjectStore, key: string): Promise<string | Omit<Diagnosis, "what">> {
  const ignored = await ignoredConditions(objects, key, body);
  if (ignored.length === 0) return "If-None-Match and If-Match are enforced";
  return {
    status: "fail",
    detail: `${ignored.join(" and ")} ${ignored.length === 1 ? "is" : "are"} ignored: two runs could undo each other unseen`,
    todo:
      "use a server that enforces conditional puts; " +
      "only where two runs of a dataset never meet, load.unsafe_no_conditional_put: true publishes all the same",
  };
}

/** A run deletes nothing, so that a store without this right is as good as any for it. */
async function removal({ name, objects, key }: Opened): Promise<Diagnosis> {
  const found = await diagnose(`${name} delete`, async () => {
    await objects.delete([key]);
    if ((await objects.get(key)) === undefined) return "what was written is gone";
    throw new IngestorError("STORAGE", `Cannot delete "${key}": it is still there`);
  });
  if (found.status !== "fail") return found;
  const todo = `${found.todo ?? "grant it"}; only prune needs it, and "${objects.name}/${key}" stays behind`;
  return { ...found, status: "warn", todo };
}
