import type { Dataset } from "../config/dataset.ts";
import { stageContext, type Job, type Session } from "./context.ts";
import { runElsewhere } from "./elsewhere.ts";
import { inTempDir } from "./holdings.ts";
import type { RunPorts, RunRequest } from "./ports.ts";
import { pluginsOf, readingOf, recipeOf } from "./recipe.ts";
import { reported, type Reported } from "./reported.ts";
import { runIntoStore } from "./store_run.ts";

/** One execution of the pipeline. Never throws: what went wrong is in the report. */
export async function run(dataset: Dataset, ports: RunPorts, request: RunRequest): Promise<Reported> {
  return reported(dataset, ports, (job, target) =>
    inTempDir(ports, job.diary, async (tempDir) => {
      const session = await openSession(job, tempDir);
      return target ? runIntoStore(session, target, request) : runElsewhere(session, request);
    }),
  );
}

async function openSession(job: Job, tempDir: string): Promise<Session> {
  const { dataset, ports, now, signal, diary } = job;
  const plugins = await pluginsOf(dataset, ports);
  const recipe = recipeOf(dataset, plugins, ports);
  const reading = readingOf(dataset, plugins);
  return { ...job, tempDir, plugins, recipe, reading, context: stageContext(dataset, now, signal, diary) };
}
