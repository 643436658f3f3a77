import { basename, dirname } from "node:path";
import * as v from "valibot";
import { keyProblem } from "../core/keys.ts";
import { bucketName, regionName, s3Access, s3KeysProblem } from "../core/s3.ts";
import type { StateSettings } from "./dataset.ts";
import { kind, type Around, type Kind } from "./kind.ts";

const lookback = v.pipe(
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  v.description("Days before the last observation from which a run reads again"),
);

const filePath = v.pipe(
  v.string(),
  v.minLength(1),
  v.check((path) => !/(^|[/\\])\.{0,2}$/.test(path), "must end in the name of a file"),
  v.description("The state file, relative to the current folder"),
);

const objectKey = v.pipe(
  v.string(),
  v.check(
    (key) => keyProblem(key) === undefined,
    ({ input }) => `is not the key of an object: ${keyProblem(input)}`,
  ),
  v.description("The key of the state in the bucket"),
);

const s3State = v.strictObject({
  bucket: v.pipe(v.optional(bucketName), v.description("The bucket; default the loader's")),
  key: objectKey,
  aws_region: v.pipe(
    v.optional(regionName),
    v.description("Where the bucket is; default the loader's, else us-east-1"),
  ),
  ...s3Access,
  lookback,
});

/** What is not said is as the loader has it; of the two keys both are, or none. */
function s3Settings(options: v.InferOutput<typeof s3State>, { store }: Around): StateSettings | string | undefined {
  const { key, lookback, bucket: ownBucket, aws_region, ...own } = options;
  const problem = s3KeysProblem(own);
  if (problem !== undefined) return `: ${problem}`;
  const loader = typeof store === "object" && store.kind === "s3" ? store : undefined;
  const bucket = ownBucket ?? loader?.bucket;
  if (bucket === undefined) return store === "unknown" ? undefined : ".bucket: missing, and the loader has none either";
  const keys = own.aws_access_key_id === undefined ? loader : own;
  return {
    location: {
      kind: "s3",
      bucket,
      prefix: "",
      region: aws_region ?? loader?.region ?? "us-east-1",
      endpoint_url: own.endpoint_url ?? loader?.endpoint_url,
      force_path_style: own.force_path_style ?? loader?.force_path_style,
      aws_access_key_id: keys?.aws_access_key_id,
      aws_secret_access_key: keys?.aws_secret_access_key,
    },
    key,
    lookback,
  };
}

export const stateKinds: Record<string, Kind<StateSettings>> = {
  file: kind(v.strictObject({ path: filePath, lookback }), ({ path, lookback }) => ({
    location: { kind: "file", root: dirname(path) },
    key: basename(path),
    lookback,
  })),
  s3: kind(s3State, s3Settings),
};
