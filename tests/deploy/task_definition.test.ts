import { RegisterJobDefinitionRequest$, SubmitJobRequest$ } from "@aws-sdk/client-batch";
import { RegisterTaskDefinitionRequest$ } from "@aws-sdk/client-ecs";
import { expect, test } from "bun:test";
import { unknownKeys } from "../support/aws_shape.ts";
import { templateIn } from "../support/cloudformation.ts";
import { finalStage } from "../support/dockerfile.ts";

const task = await Bun.file("deploy/task-definition.json").json();
const job = await Bun.file("deploy/aws-batch-job-definition.json").json();
const [container] = task.containerDefinitions;
const image = finalStage(await Bun.file("Dockerfile").text());
const readme = await Bun.file("README.md").text();

test("AWS knows every key of the task, the job definition and the array job", async () => {
  expect(unknownKeys(task, RegisterTaskDefinitionRequest$)).toEqual([]);
  expect(unknownKeys(job, RegisterJobDefinitionRequest$)).toEqual([]);
  const submitted = await Bun.file("deploy/aws-batch-array-job.json").json();
  expect(unknownKeys(submitted, SubmitJobRequest$)).toEqual([]);
  expect(submitted.jobDefinition).toBe(job.jobDefinitionName);
  const wrong = { ...task, containerDefinitions: [{ ...container, readOnlyRootFilesystem: true }] };
  expect(unknownKeys(wrong, RegisterTaskDefinitionRequest$)).toEqual([
    "/containerDefinitions/0/readOnlyRootFilesystem",
  ]);
});

test("the task is the smallest of Fargate, without rights it does not need", () => {
  expect(task).toMatchObject({
    cpu: "256",
    memory: "512",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
  });
  expect(container).toMatchObject({
    user: image.user,
    readonlyRootFilesystem: true,
    stopTimeout: 30,
    linuxParameters: { capabilities: { drop: ["ALL"] } },
  });
  expect(image.user).toMatch(/^[1-9]\d+:[1-9]\d+$/);
});

test("the guide sets every variable that the files leave open", async () => {
  const guide = await Bun.file("docs/deployment.md").text();
  for (const file of ["task-definition", "aws-batch-job-definition", "aws-batch-array-job"]) {
    const open = (await Bun.file(`deploy/${file}.json`).text()).match(/(?<=\$\{)\w+/g) ?? [];
    const before = guide.slice(0, guide.indexOf(`envsubst <deploy/${file}.json`));
    expect([file, open.filter((name) => !new RegExp(`^export .*\\b${name}=`, "m").test(before))]).toEqual([file, []]);
  }
});

test("what has to be writable is a volume, which the image knows", async () => {
  for (const { mountPoints, volumes } of [{ ...container, volumes: task.volumes }, job.containerProperties]) {
    expect(mountPoints).toEqual([{ sourceVolume: "tmp", containerPath: "/tmp", readOnly: false }]);
    expect(volumes).toEqual([{ name: "tmp" }]);
  }
  expect(await Bun.file("Dockerfile").text()).toContain('\nVOLUME ["/tmp"]\n');
});

test("the README explains every variable that is set", () => {
  const kubernetes = ["AWS_REGION"];
  const set = [...container.environment, ...job.containerProperties.environment].map(({ name }) => name);
  expect([...set, ...kubernetes, ...Object.keys(image.env)].filter((name) => !readme.includes(`\`${name}\``))).toEqual(
    [],
  );
});

test("the stack registers the same task", async () => {
  const { Resources } = await templateIn("deploy/cloudformation.yaml");
  const theirs = lowered(Resources["TaskDefinition"]?.Properties);
  const values: [string, string][] = [
    ['{"ref":"LogGroup"}', '"/ecs/${NAME}"'],
    ['{"ref":"Name"}', '"${NAME}"'],
    ['{"ref":"ImageUri"}', '"${IMAGE}"'],
    ['{"ref":"DatasetId"}', '"${DATASET_ID}"'],
    ['{"ref":"Bucket"}', '"${INGESTOR_BUCKET}"'],
    ['{"ref":"LockTable"}', '"${INGESTOR_LOCK_TABLE}"'],
    ['{"ref":"Topic"}', '"${SNS_PROJECTION_TOPIC_ARN}"'],
    ['{"ref":"AWS::Region"}', '"${AWS_REGION}"'],
    ['{"fn::GetAtt":"ExecutionRole.Arn"}', '"${EXECUTION_ROLE_ARN}"'],
    ['{"fn::GetAtt":"TaskRole.Arn"}', '"${TASK_ROLE_ARN}"'],
  ];
  const text = values.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(theirs));
  expect(JSON.parse(text)).toEqual(task);
});

/** CloudFormation's keys begin with a capital where the API's do not. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [`${key.slice(0, 1).toLowerCase()}${key.slice(1)}`, lowered(inner)]),
  );
}
