import { IngestorError, type Problem } from "../core/errors.ts";
import type { Guard } from "../core/plugin.ts";

/** Collects the layout problems of one source and throws them together. */
export function layoutGuard(pluginName: string): Guard {
  const problems: Problem[] = [];
  return {
    fail: (message) => void problems.push({ message }),
    settle() {
      if (problems.length === 0) return;
      const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
      throw new IngestorError("STAGE", `Cannot parse with "${pluginName}": ${count} in the layout of the source`, {
        problems,
        hint: "nothing was published; compare the source with the dataset file and correct what moved",
      });
    },
  };
}
