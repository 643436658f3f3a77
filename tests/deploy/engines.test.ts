import { expect, test } from "bun:test";
import validate from "asl-validator";
import { Job } from "kubernetes-models/batch/v1/Job";
import { parse } from "yaml";
import { templateIn } from "../support/cloudformation.ts";
import { finalStage } from "../support/dockerfile.ts";

const image = finalStage(await Bun.file("Dockerfile").text());
const machineText = await Bun.file("deploy/step-functions.asl.json").text();
const machine = JSON.parse(machineText);

test("the state machine is valid", () => {
  const filled = JSON.parse(machineText.replaceAll("${Partition}", "aws"));
  expect(validate(filled)).toMatchObject({ isValid: true, errors: [] });
  const { StartAt: _, ...without } = filled;
  expect(validate(without).isValid).toBe(false);
});

test("the state machine runs the datasets of a bucket as those of its input, one task each", () => {
  const text = (name: string) => JSON.stringify(machine.States[name].ItemProcessor);
  // No two states of a machine have the same name.
  expect(text("Run those of the bucket").replaceAll(" of the bucket", " of the input")).toBe(
    text("Run those of the input"),
  );
  expect(machine.States["Run those of the input"].ItemProcessor).toMatchObject({
    ProcessorConfig: { Mode: "DISTRIBUTED" },
  });
});

test("the stack fills in what the state machine leaves open", async () => {
  const { Resources } = await templateIn("deploy/state-machine.yaml");
  const given = Object.keys(Resources["StateMachine"]?.Properties["DefinitionSubstitutions"] ?? {});
  const open = new Set(Array.from(machineText.matchAll(/\$\{(\w+)\}/g), ([, name = ""]) => name));
  expect([...open].toSorted()).toEqual(given.toSorted());
});

const job = parse(await Bun.file("deploy/kubernetes-indexed-job.yaml").text());
const { spec: pod } = job.spec.template;

test("Kubernetes takes the indexed job", () => {
  expect(() => new Job(job).validate()).not.toThrow();
  const wrong = structuredClone(job);
  wrong.spec.podFailurePolicy.rules[0].onExitCodes.values = ["2"];
  expect(() => new Job(wrong).validate()).toThrow();
});

test("each pod of the job takes its share of the datasets", () => {
  expect(job.spec.completionMode).toBe("Indexed");
  expect(pod.containers[0].args).toEqual([
    "run",
    "--all",
    "--shard",
    `$(JOB_COMPLETION_INDEX)/${job.spec.completions}`,
  ]);
});

test("the pod runs as the image's user, and can write to /tmp alone", () => {
  expect(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`).toBe(image.user);
  expect(pod.containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  expect(pod.containers[0].volumeMounts).toEqual([{ name: "tmp", mountPath: "/tmp" }]);
});

test("compose runs the image as tightly as Fargate does", async () => {
  const { services } = parse(await Bun.file("deploy/compose.yaml").text());
  expect(services.ingestor).toMatchObject({
    read_only: true,
    tmpfs: ["/tmp"],
    mem_limit: "512m",
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    stop_grace_period: "30s",
  });
});
