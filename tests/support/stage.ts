import type { ExtractContext } from "../../src/core/plugin.ts";
import { recordingContext, type RecordingContext } from "./context.ts";

/** A context for the extract stage, which keeps what the plugin says. Nothing answers on the network unless `http` is given. */
export function extractContext(overrides: Partial<ExtractContext> = {}): ExtractContext & RecordingContext {
  return {
    ...recordingContext(),
    http: { get: () => Promise.reject(new Error("no network here")) },
    tempDir: "/nowhere",
    baseDir: "/nowhere",
    validators: undefined,
    progress: () => {},
    ...overrides,
  };
}
