import { expect, test } from "bun:test";
import { Glob } from "bun";
import { parse } from "yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  uses?: string;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  steps?: Step[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency: { group: string };
  jobs: Record<string, Job>;
}

const folder = ".github/workflows";
const names = [...new Glob("*.yml").scanSync(folder)].toSorted();
const workflows: [string, Workflow][] = await Promise.all(
  names.map(async (name): Promise<[string, Workflow]> => [name, parse(await Bun.file(`${folder}/${name}`).text())]),
);
const workflow = (name: string) => workflows.find(([found]) => found === name)?.[1];
const jobsOf = ({ jobs }: Workflow) => Object.values(jobs);
const stepsOf = (one: Workflow) => jobsOf(one).flatMap(({ steps = [] }) => steps);

test("there are four workflows, each with its occasions", () => {
  const on = Object.fromEntries(workflows.map(([name, one]) => [name, Object.keys(one.on)]));
  expect(on).toEqual({
    "build-image.yml": ["pull_request"],
    "deploy-ecs.yml": ["push", "workflow_dispatch"],
    "release.yml": ["push"],
    "test.yml": ["pull_request", "push", "workflow_call"],
  });
});

test.each(workflows)("%s may read the code and no more, unless a job says why", (_, one) => {
  expect(one.permissions).toEqual({ contents: "read" });
  const more = jobsOf(one).flatMap(({ permissions = {} }) => Object.entries(permissions));
  const known = ["contents:read", "contents:write", "id-token:write"];
  expect(more.map((pair) => pair.join(":")).filter((pair) => !known.includes(pair))).toEqual([]);
});

test.each(workflows)("%s pins its actions, ends in time, and does not run twice at once", (_, one) => {
  const used = stepsOf(one).flatMap(({ uses }) => uses ?? []);
  expect(used.filter((action) => !/^[\w-]+\/[\w-]+@(?:v\d+(?:\.\d+)*|[0-9a-f]{40})$/.test(action))).toEqual([]);
  const endless = jobsOf(one).filter((job) => job.uses === undefined && job["timeout-minutes"] === undefined);
  expect(endless).toEqual([]);
  expect(one.concurrency.group).not.toBe("");
});

test.each(workflows)("%s puts nothing into a script that somebody else could have written", (_, one) => {
  const scripts = stepsOf(one).flatMap(({ run }) => run ?? []);
  expect(scripts.filter((script) => /\$\{\{\s*(?:inputs|github\.(?:event|head_ref|ref_name))/.test(script))).toEqual(
    [],
  );
});

test("every workflow that has Bun has the one that checks the code", () => {
  const versions = workflows.flatMap(([, one]) => stepsOf(one)).flatMap((step) => step.with?.["bun-version"] ?? []);
  expect([...new Set(versions)]).toEqual([Bun.version]);
});

test("a pull request builds the image and pushes it nowhere", () => {
  const steps = stepsOf(workflow("build-image.yml") as Workflow);
  const build = steps.find(({ uses }) => uses?.startsWith("docker/build-push-action@"));
  expect(build?.with).toMatchObject({ push: false, load: true });
});

test("what is deployed or released was tested", () => {
  for (const name of ["deploy-ecs.yml", "release.yml"]) {
    expect(workflow(name)?.jobs["test"]?.uses).toBe("./.github/workflows/test.yml");
  }
});

test("a release has a binary for each target of the build", async () => {
  const [, list = ""] = /^const targets = \[(.*)\] as const/m.exec(await Bun.file(".ci/build.ts").text()) ?? [];
  const job = workflow("release.yml")?.jobs["binary"] as { strategy: { matrix: { include: { target: string }[] } } };
  const built = job.strategy.matrix.include.map(({ target }) => `"${target}"`);
  expect(built.join(", ")).toBe(list);
});
