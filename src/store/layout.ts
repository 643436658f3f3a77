/** Every key of a dataset in its store; consumers that exist rely on these places. */
export function layoutOf(dataset_id: string) {
  const root = `datasets/${dataset_id}/`;
  return {
    root,
    pointer: `${root}index/current_version.txt`,
    lastSource: `${root}index/last_source.json`,
    versions: `${root}versions/`,
    manifest: (version_id: string) => `${root}versions/${version_id}/manifest.json`,
    snapshot: (version_id: string) => `${root}versions/${version_id}/snapshot.json`,
    dataDir: (version_id: string) => `${root}versions/${version_id}/data/`,
    data: (version_id: string, partition: string) => `${root}versions/${version_id}/data/${partition}/data.json`,
    projectionsDir: `${root}projections/`,
    projection: (partition: string) => `${root}projections/${partition}/data.json`,
    projectionsManifest: `${root}projections/manifest.json`,
    source: (sha256: string) => `${root}sources/${sha256}`,
    run: (run_id: string) => `${root}runs/${run_id}.json`,
  };
}

export type Layout = ReturnType<typeof layoutOf>;

/** A data file as manifests list it: relative to `data/`, and so to `projections/`. */
export function fileOf(partition: string): string {
  return `${partition}/data.json`;
}
