import { IngestorError } from "../core/errors.ts";
import type { S3Location } from "../core/ports.ts";
import { isEndpoint } from "../core/s3.ts";
import type { Env } from "./aws_credentials.ts";

/** Where the requests for one bucket go. */
export interface S3Address {
  /** The server, without the bucket. */
  endpoint: string;
  /** False for Amazon's own. */
  isCustom: boolean;
  /** Whether the bucket stands in the path, not in the host name. */
  pathStyle: boolean;
  urlOf(objectKey: string): string;
}

/**
 * The endpoint is the location's, else AWS_ENDPOINT_URL_S3, else AWS_ENDPOINT_URL, else Amazon's own. Unless told
 * otherwise, the bucket stands in the path where no certificate or name server knows it as a host: with an endpoint of
 * one's own, and where its name has dots.
 */
export function s3Address({ bucket, region, endpoint_url, force_path_style }: S3Location, env: Env): S3Address {
  const custom = endpoint_url || env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  if (custom !== undefined && !isEndpoint(custom)) {
    throw new IngestorError("CONFIG", `Cannot use the S3 endpoint of the environment: it is not the URL of a server`, {
      hint: "AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL are http:// or https:// URLs, without user and query",
    });
  }
  const endpoint = (custom ?? `https://s3.${region}.${domainOf(region)}`).replace(/\/+$/, "");
  const pathStyle = force_path_style ?? (custom !== undefined || bucket.includes("."));
  const base = pathStyle ? `${endpoint}/${bucket}` : endpoint.replace("://", `://${bucket}.`);
  return { endpoint, isCustom: custom !== undefined, pathStyle, urlOf: (key) => `${base}/${encodeKey(key)}` };
}

const domains: readonly [prefix: string, domain: string][] = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"],
  ["us-isof-", "csp.hci.ic.gov"],
];

function domainOf(region: string): string {
  return domains.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "amazonaws.com";
}

function encodeKey(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
