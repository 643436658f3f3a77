import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { instantOffsets } from "../core/zone.ts";
import { diagnose, type Diagnosis, type Tell } from "../run/diagnosis.ts";
import type { RunPorts } from "../run/ports.ts";
import { version } from "./version.ts";

/** What every run needs of the machine. */
export async function checkEnvironment({ tempDir }: Pick<RunPorts, "tempDir">, tell: Tell): Promise<void> {
  const { platform, arch } = process;
  await tell(await diagnose("version", async () => `ingestor ${version}, ${platform} ${arch}, Bun ${Bun.version}`));
  await tell(await diagnose("temporary folder", () => tryFolder(tempDir)));
  await tell(await diagnose("time zones", async () => tryZones()));
}

async function tryFolder(tempDir: RunPorts["tempDir"]): Promise<string> {
  const { path, remove } = await tempDir();
  try {
    await writeFile(join(path, "probe"), "probe");
    return `${join(path, "..")} can be written to`;
  } finally {
    await remove();
  }
}

/** Summer in the north, and a zone that has none. */
const known = [
  ["America/Argentina/Buenos_Aires", -180],
  ["Europe/Berlin", 120],
] as const;

function tryZones(): Omit<Diagnosis, "what"> {
  const july = Date.UTC(2024, 6, 1);
  const wrong = known.filter(([zone, offset]) => instantOffsets(zone)(july) !== offset).map(([zone]) => zone);
  if (wrong.length === 0) return { status: "ok", detail: "known, with their rules" };
  return {
    status: "fail",
    detail: `${wrong.join(" and ")} are not what they should be`,
    todo: "run the binary as it was built",
  };
}
