import { expect, test } from "bun:test";
import { templateIn, textsIn } from "../support/cloudformation.ts";

const files = ["registry", "cloudformation", "schedule", "state-machine", "triggers", "batch"];
const stack = await templateIn("deploy/cloudformation.yaml");
const propertiesOf = (name: string) => stack.Resources[name]?.Properties;

test.each(files)("%s.yaml refers only to what it has, and to what the first stack exports", async (name) => {
  const { Parameters, Resources, Outputs } = await templateIn(`deploy/${name}.yaml`);
  const known = new Set([...Object.keys(Parameters), ...Object.keys(Resources), "Bucket"]);
  const texts = textsIn({ Resources, Outputs });
  const referred = texts.flatMap(([path, text]) => {
    if (path.endsWith("/Ref")) return [text];
    if (path.endsWith("/Fn::GetAtt")) return [text.split(".")[0] ?? ""];
    return path.includes("/Fn::Sub") ? Array.from(text.matchAll(/\$\{([^}]+)\}/g), ([, inner = ""]) => inner) : [];
  });
  expect(referred.filter((text) => !text.startsWith("AWS::") && !known.has(text))).toEqual([]);
  const exported = textsIn(stack.Outputs ?? {}).filter(([path]) => path.endsWith("/Export/Name/Fn::Sub"));
  const imported = texts.filter(([path]) => path.endsWith("/Fn::ImportValue/Fn::Sub"));
  expect(imported.filter(([, text]) => !exported.some(([, has]) => has === text))).toEqual([]);
});

test.each(files)("%s.yaml names no account, region or partition", async (name) => {
  const texts = textsIn((await templateIn(`deploy/${name}.yaml`)).Resources).map(([, text]) => text);
  expect(texts.filter((text) => /arn:aws|\b\d{12}\b|\b(?:us|eu|sa)-[a-z]+-\d\b/.test(text))).toEqual([]);
});

test("the bucket is versioned, encrypted, closed to the public and to what is not TLS, and outlives the stack", () => {
  expect(stack.Resources["Bucket"]).toMatchObject({
    DeletionPolicy: "Retain",
    UpdateReplacePolicy: "Retain",
    Properties: {
      VersioningConfiguration: { Status: "Enabled" },
      BucketEncryption: { ServerSideEncryptionConfiguration: [{}] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    },
  });
  expect(propertiesOf("BucketPolicy")).toMatchObject({
    PolicyDocument: { Statement: [{ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }] },
  });
});

test("no name gets longer than AWS lets it be", async () => {
  const longestOf = async (file: string, parameter: string) => {
    const { AllowedPattern } = (await templateIn(`deploy/${file}.yaml`)).Parameters[parameter] ?? {};
    const allowed = new RegExp(`^(?:${String(AllowedPattern)})$`);
    return Array.from({ length: 200 }, (_, index) => "n".repeat(index)).findLast((name) => allowed.test(name)) ?? "";
  };
  const name = await longestOf("cloudformation", "Name");
  expect(await longestOf("registry", "Name")).toBe(name);
  expect(propertiesOf("Bucket")?.["BucketName"]).toEqual({
    "Fn::Sub": "${Name}-datasets-${AWS::AccountId}-${AWS::Region}",
  });
  expect(`${name}-datasets-123456789012-ap-southeast-1`.length).toBeLessThanOrEqual(63);
  const schedule = (await templateIn("deploy/schedule.yaml")).Resources["Schedule"]?.Properties;
  expect(schedule?.["Name"]).toEqual({ Ref: "DatasetId" });
  expect((await longestOf("schedule", "DatasetId")).length).toBe(64);
});

test("tasks are started in the stack's cluster alone", async () => {
  for (const file of ["registry", "cloudformation", "state-machine"]) {
    const { Resources } = await templateIn(`deploy/${file}.yaml`);
    const texts = textsIn(Resources);
    const starts = texts.filter(([, text]) => text === "ecs:RunTask");
    const limits = texts.filter(([path]) => path.includes("/Condition/ArnEquals/ecs:cluster"));
    expect([file, starts.length, limits.length]).toEqual([file, 1, 1]);
  }
});

test("the lock table is what the program writes into", () => {
  expect(propertiesOf("LockTable")).toMatchObject({
    KeySchema: [{ AttributeName: "lock_key", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "lock_key", AttributeType: "S" }],
    TimeToLiveSpecification: { AttributeName: "expiration_time", Enabled: true },
  });
});

test.each([
  ["schedule", "Schedule", "Target"],
  ["triggers", "Arrival", "Targets"],
])("%s.yaml gives the task its dataset, and keeps what could not start", async (name, resource, key) => {
  const { Resources } = await templateIn(`deploy/${name}.yaml`);
  const target = [Resources[resource]?.Properties[key]].flat()[0] as Record<string, Record<string, string>>;
  const input = (target["Input"]?.["Fn::Sub"] ?? "").replace("${DatasetId}", "an_id");
  expect(JSON.parse(input)).toEqual({
    containerOverrides: [{ name: "ingestor", environment: [{ name: "DATASET_ID", value: "an_id" }] }],
  });
  expect(target["DeadLetterConfig"]).toBeDefined();
  expect(target["RoleArn"]).toBeDefined();
});
