import { IngestorError } from "../core/errors.ts";
import type { RawSource, Validators } from "../core/plugin.ts";
import { publicUrl } from "../core/url.ts";
import { blame } from "./blame.ts";
import type { Session } from "./context.ts";
import { stage } from "./diary.ts";

export interface Extracted {
  source: RawSource;
  /** In hex. */
  sha256: string;
}

/** Fetches the source and hashes it; "unchanged" is only ever answered to validators. */
export async function extract(session: Session, validators: Validators | undefined): Promise<Extracted | "unchanged"> {
  const { dataset, ports, diary, context, tempDir, signal } = session;
  const { plugin, options } = dataset.source;
  return stage(diary, ports, "extract", async (counts) => {
    const progress = (done: number, total?: number) =>
      ports.notify({ kind: "progress", stage: "extract", done, total, unit: "bytes" });
    const source = await blame("extract", plugin.name, signal, () =>
      plugin.extract(options, {
        ...context,
        http: ports.http,
        tempDir,
        baseDir: dataset.baseDir,
        validators,
        progress,
      }),
    );
    signal.throwIfAborted();
    if (source === "unchanged") {
      if (validators === undefined) throw unasked(plugin.name);
      return source;
    }
    const sha256 = await hashOf(source.blob);
    counts["bytes"] = source.blob.size;
    diary.report.source = { url: ports.mask(publicUrl(source.url)), sha256, bytes: source.blob.size };
    return { source, sha256 };
  });
}

function unasked(pluginName: string): IngestorError {
  const reason = "it says that the source is unchanged, which nobody asked";
  return new IngestorError("STAGE", `Cannot extract with "${pluginName}": ${reason}`);
}

async function hashOf(blob: Blob): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of blob.stream()) hasher.update(chunk);
  return hasher.digest("hex");
}
