import { basename, extname } from "node:path";
import { unlessAborted } from "../core/abort.ts";
import { IngestorError, reasonOf, type Problem } from "../core/errors.ts";

/** Names the stage and plugin in whatever a stage throws; what already explains itself passes as it is. */
export function blamed(verb: string, pluginName: string, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof IngestorError || signal.aborted) return error;
  const message = `Cannot ${verb} with "${pluginName}"`;
  const place = placeIn(error, pluginName);
  const hint = isDiskFull(error)
    ? "a disk is full, perhaps that of the temporary folder: --tmp DIR or TMPDIR names another"
    : undefined;
  if (place === undefined) return new IngestorError("STAGE", `${message}: ${reasonOf(error)}`, { cause: error, hint });
  return new IngestorError("STAGE", message, {
    cause: error,
    hint,
    problems: [{ message: reasonOf(error), ...place }],
  });
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT"].includes(String(error.code));
}

/** Where in the plugin's own module it was thrown; none for what is built in, whose places mean nothing outside. */
export function placeIn(error: unknown, pluginName: string): Omit<Problem, "message"> | undefined {
  if (!(error instanceof Error)) return undefined;
  for (const [, file = "", line, column] of (error.stack ?? "").matchAll(/^\s*at (?:.*\()?(\/.+?):(\d+):(\d+)\)?$/gm)) {
    if (basename(file, extname(file)) !== pluginName || file.startsWith("/$bunfs/")) continue;
    return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

export async function blame<T>(
  verb: string,
  pluginName: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await unlessAborted(signal, work());
  } catch (error) {
    throw blamed(verb, pluginName, error, signal);
  }
}

export async function* blameEach<T>(
  verb: string,
  pluginName: string,
  signal: AbortSignal,
  items: () => AsyncIterable<T>,
): AsyncIterable<T> {
  try {
    yield* items();
  } catch (error) {
    throw blamed(verb, pluginName, error, signal);
  }
}
