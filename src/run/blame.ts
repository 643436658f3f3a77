import { IngestorError, reasonOf } from "../core/errors.ts";

/** Names the stage and plugin in whatever a stage throws; what already explains itself passes as it is. */
export function blamed(verb: string, pluginName: string, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof IngestorError || signal.aborted) return error;
  return new IngestorError("STAGE", `Cannot ${verb} with "${pluginName}": ${reasonOf(error)}`, { cause: error });
}

export async function blame<T>(
  verb: string,
  pluginName: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
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
