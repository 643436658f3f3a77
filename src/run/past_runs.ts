import * as v from "valibot";
import type { Site } from "../store/site.ts";

/** What the report of a run says of it in a line. */
const schema = v.object({
  run_id: v.string(),
  status: v.string(),
  started_at: v.string(),
  finished_at: v.string(),
  version_id: v.nullable(v.string()),
  added: v.number(),
  revised: v.number(),
  withdrawn: v.nullable(v.number()),
  error: v.optional(
    v.object({
      code: v.string(),
      message: v.string(),
      problems: v.optional(v.array(v.object({ message: v.string() }))),
    }),
  ),
});

export type PastRun = v.InferOutput<typeof schema>;

/** The last runs, newest first. A report that cannot be read is left out: it must not hide the others. */
export async function lastRuns({ objects, keys }: Site, most: number): Promise<PastRun[]> {
  const found: string[] = [];
  // Run ids begin with the time, so that the newest come last.
  for await (const { key } of objects.list(keys.runs)) {
    found.push(key);
    if (found.length > most) found.shift();
  }
  const reports = await Promise.all(found.toReversed().map(async (key) => readReport((await objects.get(key))?.body)));
  return reports.filter((report) => report !== undefined);
}

function readReport(body: Uint8Array | undefined): PastRun | undefined {
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(body)));
  } catch {
    return undefined;
  }
}
