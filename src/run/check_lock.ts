import type { LockSettings } from "../config/dataset.ts";
import { diagnose, type Diagnosis } from "./diagnosis.ts";
import { holderText } from "./holder_text.ts";
import type { RunPorts } from "./ports.ts";

/** The same for all datasets: where items stay when they are released, there is one more, not one for each look. */
const probeKey = "ingestor-doctor";

/** Takes and releases a lock of the same kind that nobody else needs, and says who has the dataset's own. */
export function checkLock(
  settings: LockSettings,
  { openLock, owner }: Pick<RunPorts, "openLock" | "owner">,
): Promise<Diagnosis> {
  return diagnose("lock", async () => {
    const lock = openLock(settings);
    const answer = await lock.acquire(probeKey, { owner, run_id: "doctor" });
    // Another doctor has it: then it works.
    if ("held" in answer) await answer.held.release();
    const holder = await lock.holder(settings.key);
    const now = holder === undefined ? "nobody holds it" : holderText(holder);
    return `${settings.kind}: can be taken and released; "${settings.key}": ${now}`;
  });
}
