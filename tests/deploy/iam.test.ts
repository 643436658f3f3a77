import { expect, test } from "bun:test";
import { Glob } from "bun";
import { templateIn, textsIn } from "../support/cloudformation.ts";

interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
}

const policy: { Statement: Statement[] } = await Bun.file("deploy/iam-policy.json").json();
const stack = await templateIn("deploy/cloudformation.yaml");
const granted = policy.Statement.flatMap(({ Action }) => Action);

/** What each thing that the adapters ask of AWS is called in a policy. */
const actions: Readonly<Record<string, string>> = {
  GET: "s3:GetObject",
  HEAD: "s3:GetObject",
  PUT: "s3:PutObject",
  ListObjectsV2Command: "s3:ListBucket",
  DeleteObjectCommand: "s3:DeleteObject",
  DeleteObjectsCommand: "s3:DeleteObject",
  GetItemCommand: "dynamodb:GetItem",
  UpdateItemCommand: "dynamodb:UpdateItem",
  DescribeTableCommand: "dynamodb:DescribeTable",
  GetTopicAttributesCommand: "sns:GetTopicAttributes",
  PublishCommand: "sns:Publish",
};
/** AWS takes no resources for these. */
const withoutResource: unknown[] = [
  "ec2:DescribeVpcs",
  "ecr:GetAuthorizationToken",
  "ecs:DeregisterTaskDefinition",
  "ecs:DescribeTaskDefinition",
  "ecs:RegisterTaskDefinition",
];
/** For looking at the table when something is wrong with it. */
const besides = ["dynamodb:DescribeTable"];

async function asked(): Promise<string[]> {
  const files = [...new Glob("src/adapters/*.ts").scanSync()];
  const texts = await Promise.all(files.map((file) => Bun.file(file).text()));
  const commands = texts.flatMap((text) => text.match(/(?<=new (?:\w+\.)?)[A-Z]\w+Command(?=\()/g) ?? []);
  const methods = texts.flatMap((text) => text.match(/(?<=\bmethod: ")[A-Z]+(?=",)/g) ?? []);
  return [...new Set([...commands, ...methods])];
}

test("the policy grants what the adapters ask of AWS, and nothing more", async () => {
  const needed = (await asked()).map((name) => actions[name] ?? `an action for ${name}`);
  expect(needed.length).toBeGreaterThan(6);
  expect(granted.toSorted()).toEqual([...new Set([...needed, ...besides])].toSorted());
});

test("the bucket may be listed without a condition on the prefix: otherwise S3 says 403 of what is absent", () => {
  const [listing] = policy.Statement.filter(({ Action }) => Action === "s3:ListBucket");
  expect(listing).toEqual({
    Sid: "TellAbsentFromRefused",
    Effect: "Allow",
    Action: "s3:ListBucket",
    Resource: "arn:aws:s3:::${INGESTOR_BUCKET}",
  });
});

test("the stack's task has exactly this policy", () => {
  const properties = stack.Resources["TaskRole"]?.Properties as { Policies: { PolicyDocument: unknown }[] };
  const names = {
    "${AWS::Partition}": "aws",
    "${AWS::Region}": "${AWS_REGION}",
    "${AWS::AccountId}": "${AWS_ACCOUNT_ID}",
    "${Bucket}": "${INGESTOR_BUCKET}",
    "${LockTable}": "${INGESTOR_LOCK_TABLE}",
  };
  let text = JSON.stringify(properties.Policies[0]?.PolicyDocument);
  text = text
    .replaceAll('{"Ref":"Topic"}', '"${SNS_PROJECTION_TOPIC_ARN}"')
    .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, "$1");
  for (const [theirs, ours] of Object.entries(names)) text = text.replaceAll(theirs, ours);
  expect(properties.Policies).toHaveLength(1);
  expect(JSON.parse(text)).toEqual(policy);
});

test.each(["registry", "cloudformation", "schedule", "state-machine", "triggers", "batch"])(
  "%s.yaml allows nothing on everything",
  async (name) => {
    const { Resources } = await templateIn(`deploy/${name}.yaml`);
    const statements = Object.entries(Resources).flatMap(([id, { Properties }]) => {
      return statementsIn(Properties).map((statement) => ({ id, ...statement }));
    });
    const allowed = statements.filter(({ Effect }) => Effect === "Allow");
    const everywhere = allowed.filter(({ Resource }) => textsIn({ Resource }).some(([, text]) => text === "*"));
    expect(everywhere.flatMap(({ Action }) => Action).filter((action) => !withoutResource.includes(action))).toEqual(
      [],
    );
    const wildActions = allowed
      .flatMap(({ Action }) => [Action].flat())
      .filter((action) => String(action).includes("*"));
    expect(wildActions).toEqual([]);
  },
);

interface Allowing {
  Effect: string;
  Action: unknown;
  Resource?: unknown;
}

function statementsIn(value: unknown): Allowing[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(statementsIn);
  return "Effect" in value && "Action" in value ? [value as Allowing, ...inner] : inner;
}
