import * as v from "valibot";

/** Why a text cannot be the name of a bucket, or undefined if it can. */
export function bucketProblem(name: string): string | undefined {
  if (name.length < 3 || name.length > 63) return "must have 3 to 63 characters";
  if (!/^[a-z0-9.-]*$/.test(name)) return "must consist of lower-case letters, digits, dots and hyphens";
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return "must begin and end with a letter or a digit";
  if (name.includes("..")) return "must not have two dots in a row";
  if (/^\d+(\.\d+){3}$/.test(name)) return "must not look like an IP address";
  if (/^(xn--|sthree-)|--x-s3$/.test(name)) return "is reserved: it is not the name of a general-purpose bucket";
  return undefined;
}

export const bucketName = v.pipe(
  v.string(),
  v.check(
    (name) => bucketProblem(name) === undefined,
    ({ input }) => bucketProblem(input) ?? "",
  ),
);

export const regionName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be the name of a region, such as us-east-1"),
);

const nonEmpty = v.pipe(v.string(), v.nonEmpty());

/** How a bucket is reached: options of whatever lies in one. */
export const s3Access = {
  endpoint_url: v.pipe(
    v.optional(v.pipe(v.string(), v.check(isEndpoint, "must be an https:// or http:// URL without user and query"))),
    v.description("A server other than Amazon's; default AWS_ENDPOINT_URL_S3, else AWS_ENDPOINT_URL"),
  ),
  force_path_style: v.pipe(
    v.optional(v.boolean()),
    v.description("Whether the bucket stands in the path of URLs; default: with an endpoint of one's own"),
  ),
  aws_access_key_id: v.pipe(
    v.optional(nonEmpty),
    v.description("Credentials, instead of those of the environment, the profile or the container"),
  ),
  aws_secret_access_key: v.pipe(v.optional(nonEmpty), v.description("Belongs to `aws_access_key_id`")),
};

/** Whether a text is the URL of a server, and nothing more than that. */
export function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

/** What is wrong where one of the two keys is given without the other. */
export function s3KeysProblem(options: {
  aws_access_key_id?: string | undefined;
  aws_secret_access_key?: string | undefined;
}): string | undefined {
  const { aws_access_key_id: id, aws_secret_access_key: secret } = options;
  if (id !== undefined && secret === undefined) return '"aws_access_key_id" needs "aws_secret_access_key" too';
  if (id === undefined && secret !== undefined) return '"aws_secret_access_key" needs "aws_access_key_id" too';
  return undefined;
}
