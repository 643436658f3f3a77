import { decodeState, stateOf, type StatePlace } from "./state.ts";
import { readOrReport, type Report } from "./finding.ts";
import type { Site } from "./site.ts";
import type { Snapshot } from "./snapshot.ts";
import { sha256Of } from "./verify_files.ts";

/** Whether the source archive is there and is what its name says. */
export async function verifyArchive(site: Site, sha256: string, report: Report): Promise<void> {
  const key = site.keys.source(sha256);
  const found = await site.objects.get(key);
  if (found === undefined) report({ key, problem: "is missing" });
  else if (sha256Of(found.body) !== sha256) report({ key, problem: "is not what its name says" });
}

/** Whether the state says of each series where the snapshot ends. */
export async function verifyState(site: Site, place: StatePlace, snapshot: Snapshot, report: Report): Promise<void> {
  const name = `the state ${place.objects.name}/${place.key}`;
  const remedied: Report = ({ problem }) => report({ key: name, problem, remedy: { kind: "state" } });
  const state = await readOrReport({ ...site, objects: place.objects }, place.key, remedied, (found) =>
    decodeState(found, place),
  );
  if (state === undefined) return;
  const [says, wanted] = [new Map(Object.entries(state)), new Map(Object.entries(stateOf(snapshot)))];
  const codes = [...new Set([...says.keys(), ...wanted.keys()])].toSorted();
  const differing = codes.filter((code) => says.get(code) !== wanted.get(code));
  const [first] = differing;
  if (first === undefined) return;
  const others = differing.length === 1 ? "" : ` and of ${differing.length - 1} more, differently`;
  const problem = `says of "${first}" ${says.get(first) ?? "nothing"}, and the snapshot ${wanted.get(first) ?? "nothing"}${others}`;
  remedied({ key: place.key, problem });
}
