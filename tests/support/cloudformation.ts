import { parse, type ScalarTag, type CollectionTag } from "yaml";

/** What a template says, with `!Ref x` as `{ Ref: x }` and every other `!Name` as `{ "Fn::Name": … }`. */
export interface Template {
  Parameters: Record<string, Record<string, unknown>>;
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  Outputs?: Record<string, unknown>;
}

const names = ["Ref", "Sub", "GetAtt", "If", "Equals", "Not", "And", "Condition", "ImportValue", "Join"];
const longName = (name: string) => (name === "Ref" ? name : `Fn::${name}`);

const tags = names.flatMap((name): (ScalarTag | CollectionTag)[] => {
  const wrap = (value: unknown) => ({ [longName(name)]: value });
  const tag = `!${name}`;
  return [
    { tag, resolve: (text) => wrap(text) },
    { tag, collection: "seq", resolve: (node) => wrap(node.toJSON()) },
    { tag, collection: "map", resolve: (node) => wrap(node.toJSON()) },
  ];
});

export async function templateIn(file: string): Promise<Template> {
  return parse(await Bun.file(file).text(), { customTags: tags });
}

/** Every text anywhere in a value, with the way to it. */
export function textsIn(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, `${path}/${key}`));
}
