import { expect, test } from "bun:test";
import { Glob } from "bun";
import { parse } from "yaml";

interface Step {
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
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

test.each(workflows)("%s names its actions by commit, ends in time, and does not run twice at once", (_, one) => {
  const used = stepsOf(one).flatMap(({ uses }) => uses ?? []);
  expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
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

test("the image of a commit is built once", () => {
  const steps = stepsOf(workflow("deploy-ecs.yml") as Workflow);
  const asks = steps.findIndex(({ id }) => id === "found");
  const builds = steps.findIndex(({ uses }) => uses?.startsWith("docker/build-push-action@"));
  expect(steps[asks]?.run).toContain("aws ecr describe-images");
  expect(builds).toBeGreaterThan(asks);
  expect(steps[builds]?.if).toBe("steps.found.outputs.digest == ''");
});

test("the stack alone registers task definitions, and is given nothing but the image", () => {
  const scripts = stepsOf(workflow("deploy-ecs.yml") as Workflow).flatMap(({ run }) => run ?? []);
  expect(scripts.filter((script) => script.includes("register-task-definition"))).toEqual([]);
  const [update = ""] = scripts.filter((script) => script.includes("cloudformation update-stack"));
  expect(update).toContain("--use-previous-template");
});

test("the tests leave nothing out for want of a tool", () => {
  const runs = stepsOf(workflow("test.yml") as Workflow).filter(({ run }) => run === "bash .ci/run");
  expect(runs.map(({ env }) => env?.["CI_NO_SKIPS"])).toEqual(["1"]);
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
