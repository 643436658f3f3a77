/** Every key of a dataset in its store; consumers that exist rely on these places. `file` is what a partition's file is called. */
export function layoutOf(dataset_id: string, file = "data.json") {
  const root = `datasets/${dataset_id}/`;
  return {
    root,
    pointer: `${root}index/current_version.txt`,
    lastSource: `${root}index/last_source.json`,
    oldestVersion: `${root}index/oldest_version.txt`,
    versions: `${root}versions/`,
    version: (version_id: string) => `${root}versions/${version_id}/`,
    manifest: (version_id: string) => `${root}versions/${version_id}/manifest.json`,
    snapshot: (version_id: string) => `${root}versions/${version_id}/snapshot.json`,
    dataDir: (version_id: string) => `${root}versions/${version_id}/data/`,
    data: (version_id: string, partition: string) => `${root}versions/${version_id}/data/${partition}/${file}`,
    projectionsDir: `${root}projections/`,
    projection: (partition: string) => `${root}projections/${partition}/${file}`,
    projectionsManifest: `${root}projections/manifest.json`,
    sources: `${root}sources/`,
    source: (sha256: string) => `${root}sources/${sha256}`,
    runs: `${root}runs/`,
    run: (run_id: string) => `${root}runs/${run_id}.json`,
  };
}

export type Layout = ReturnType<typeof layoutOf>;
