import * as v from "valibot";
import { bucketName, defineLoader, IngestorError, regionName, s3Access, s3KeysProblem } from "../../api.ts";

const prefix = v.pipe(
  v.string(),
  v.transform((text) => text.replace(/\/+$/, "")),
  v.check(
    (text) => text === "" || !/(^|\/)\.{0,2}(\/|$)/.test(text),
    'must not begin with "/", and have no empty segment and none that is "." or ".."',
  ),
  v.regex(/^[^\\\p{Cc}]*$/u, "must not have a backslash or a control character"),
);

export default defineLoader({
  name: "s3_versioned",
  summary: "Keeps every version of the dataset in an S3 bucket",
  options: v.strictObject({
    bucket: v.pipe(bucketName, v.description("The bucket, which must exist")),
    aws_region: v.pipe(v.optional(regionName, "us-east-1"), v.description("Where the bucket is")),
    prefix: v.pipe(v.optional(prefix, ""), v.description("What comes before every key, as a folder")),
    ...s3Access,
    unsafe_no_conditional_put: v.pipe(
      v.optional(v.boolean()),
      v.description("Publish even where the server ignores If-None-Match and If-Match; two runs at once can lose data"),
    ),
  }),
  store({ bucket, prefix, aws_region, ...access }) {
    const problem = s3KeysProblem(access);
    if (problem !== undefined) throw new IngestorError("CONFIG", problem);
    return { kind: "s3", bucket, prefix, region: aws_region, ...access };
  },
});
