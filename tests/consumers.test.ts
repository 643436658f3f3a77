import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { AwsClient } from "aws4fetch";
import { ingestor } from "./support/binary.ts";
import { bucketIn, envOf, openClouds, region, type Cloud } from "./support/clouds.ts";
import { tempFolder } from "./support/folder.ts";
import { linesPlugin } from "./support/lines_plugin.ts";
import { topicAt, type Received } from "./support/topic.ts";

setDefaultTimeout(60_000);

/** Nobody listens there. */
const nowhere = "http://127.0.0.1:9";

const dataset = (bucket: string, mode: string) => `dataset_id: rates
source: { kind: file, path: source.txt }
parse: { plugin: lines }
normalize: { plugin: series, timezone: America/Argentina/Buenos_Aires }
load:
  plugin: s3_versioned
  bucket: ${bucket}
  prefix: stores/one
  on_withdrawal: drop
  projection: { mode: ${mode} }
`;

const first = ["A_D,2026-03-30,1", "A_D,2026-03-31,2", "A_D,2026-04-01,3", "B_D,2026-04-01,1e-7"];
const updated = [...first, "A_D,2026-04-02,4", "B_D,2026-05-01,-2.5"];
const revised = updated.map((row) => (row.startsWith("A_D,2026-03-31") ? "A_D,2026-03-31,2.5" : row));
/** Of April B_D had nothing else. */
const withdrawn = revised.filter((row) => !/^A_D,2026-04-01|^B_D,2026-04/.test(row));

interface Told {
  json_files: string[];
  projections_path: string;
  version_id: string;
}

interface Row {
  obs_time: string;
  internal_series_code: string;
  value: number;
  unit: string;
  frequency: string;
  collection_date: string;
}

/** Someone who knows the dataset only by what the events lead to. */
function consumer(cloud: Cloud) {
  const client = new AwsClient({ ...cloud.keys, region, service: "s3" });
  const known = new Map<string, Row>();
  const byFile = new Map<string, Set<string>>();

  async function read(bucket: string, key: string): Promise<unknown> {
    const response = await client.fetch(`${cloud.s3}/${bucket}/${key}`);
    expect([key, response.status, response.headers.get("content-encoding")]).toEqual([key, 200, null]);
    const bytes = await response.bytes();
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    // With a byte order mark, which the decoder leaves in, it would not be JSON.
    return JSON.parse(decoder.decode(bytes));
  }

  /** Each file is complete: what it had and lacks was withdrawn. */
  function take(file: string, rows: readonly Row[]): void {
    const names = new Map(rows.map((row) => [`${row.internal_series_code} ${Date.parse(row.obs_time)}`, row]));
    expect(names.size).toBe(rows.length);
    for (const name of byFile.get(file) ?? []) if (!names.has(name)) known.delete(name);
    for (const [name, row] of names) known.set(name, row);
    byFile.set(file, new Set(names.keys()));
  }

  return {
    async follow({ message }: Received): Promise<Told> {
      const event = JSON.parse(message);
      const manifest = (await read(event.bucket, event.version_manifest_path)) as Omit<Told, "projections_path">;
      for (const file of manifest.json_files) {
        const rows = (await read(event.bucket, event.projections_path + file)) as Row[];
        expectBearable(rows);
        take(file, rows);
      }
      return { ...manifest, projections_path: event.projections_path };
    },
    /** `code,date,value`, sorted. */
    rows: () =>
      [...known.values()]
        .map((row) => `${row.internal_series_code},${row.obs_time.slice(0, 10)},${row.value}`)
        .toSorted(),
  };
}

function expectBearable(rows: readonly Row[]): void {
  expect(rows.map(({ obs_time }) => Date.parse(obs_time))).toEqual(
    rows.map(({ obs_time }) => Date.parse(obs_time)).toSorted((a, b) => a - b),
  );
  for (const row of rows) {
    expect(row).toEqual({
      obs_time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T00:00:00-03:00$/),
      internal_series_code: expect.stringMatching(/^[AB]_D$/),
      value: expect.any(Number),
      unit: "index",
      frequency: "D",
      collection_date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}\+00:00$/),
    });
  }
}

/** A bucket and a topic of their own, and the program that publishes into them. */
async function publisher(cloud: Cloud, mode: "copy" | "direct") {
  const { name: bucket } = await bucketIn(cloud);
  const topic = await topicAt(cloud.messages, { fifo: mode === "direct" });
  const cwd = tempFolder({ "plugins/lines.ts": linesPlugin("D"), "datasets/rates.yaml": dataset(bucket, mode) });
  const env = { ...envOf(cloud), SNS_PROJECTION_TOPIC_ARN: topic.arn };

  async function publish(rows: readonly string[], changes: Readonly<Record<string, string>> = {}) {
    await Bun.write(join(cwd, "datasets/source.txt"), rows.join("\n"));
    const { exitCode, stdout, stderr } = await ingestor(["run", "rates", "--json"], {
      cwd,
      env: { ...env, ...changes },
    });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return JSON.parse(stdout) as { status: string; version_id: string; warnings: string[] };
  }

  return { bucket, topic, publish };
}

/** The local months that the rows of one version touch. */
const filesOf = (rows: readonly string[]) =>
  [...new Set(rows.map((row) => row.replace(/^(\w+),(\d{4})-(\d{2}).*/, "$1/year=$2/month=$3/data.json")))].toSorted();

describe.each(await openClouds())("who follows the events, with the servers %s", (_, cloud) => {
  test.each(["copy", "direct"] as const)("has exactly the dataset after each of them, in mode %s", async (mode) => {
    const { bucket, topic, publish } = await publisher(cloud, mode);
    const { follow, rows } = consumer(cloud);
    const steps = [
      [first, first],
      [updated, ["A_D,2026-04-02,4", "B_D,2026-05-01,-2.5"]],
      [revised, ["A_D,2026-03-31,2.5"]],
      [withdrawn, ["A_D,2026-04-01,3", "B_D,2026-04-01,1e-7"]],
    ] as const;
    for (const [source, changed] of steps) {
      const { status, version_id } = await publish(source);
      const [event, ...others] = await topic.receive();
      const folder = mode === "copy" ? "projections" : `versions/${version_id}/data`;
      expect({ status, others }).toEqual({ status: "published", others: [] });
      if (event === undefined) throw new Error("nothing was announced");
      expect({ ...event, message: JSON.parse(event.message) }).toEqual({
        subject: "projection_update:rates",
        attributes: {
          event: { Type: "String", Value: "projection_update" },
          dataset_id: { Type: "String", Value: "rates" },
        },
        message: {
          event: "projection_update",
          dataset_id: "rates",
          bucket,
          version_manifest_path: `stores/one/datasets/rates/versions/${version_id}/manifest.json`,
          projections_path: `stores/one/datasets/rates/${folder}/`,
        },
        group: mode === "direct" ? "rates" : undefined,
        deduplication: mode === "direct" ? version_id : undefined,
      });
      expect(await follow(event)).toMatchObject({ version_id, json_files: filesOf(changed) });
      expect(rows()).toEqual([...source].toSorted());
    }
    expect((await publish(withdrawn)).status).toBe("unchanged");
    expect(await topic.receive()).toEqual([]);
  });

  test("misses no version where the topic was down for a while, and the runs went on", async () => {
    const { topic, publish } = await publisher(cloud, "copy");
    const { follow, rows } = consumer(cloud);
    const down = { AWS_ENDPOINT_URL_SNS: nowhere };
    const published: string[] = [];
    for (const source of [first, updated]) {
      const { status, version_id, warnings } = await publish(source, down);
      published.push(version_id);
      expect({ status, warnings }).toEqual({
        status: "published",
        warnings: [
          expect.stringMatching(
            new RegExp(`^Cannot announce version "${published[0]}": .*; the next run tries again$`),
          ),
        ],
      });
    }
    expect(await topic.receive()).toEqual([]);
    expect(await publish(updated)).toMatchObject({ status: "unchanged", warnings: [] });
    const events = await topic.receive();
    const versions: string[] = [];
    for (const event of events) versions.push((await follow(event)).version_id);
    expect(versions.toSorted()).toEqual(published);
    expect(rows()).toEqual([...updated].toSorted());
    await publish(updated);
    expect(await topic.receive()).toEqual([]);
  });
});
