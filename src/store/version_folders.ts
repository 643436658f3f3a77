import type { ObjectInfo } from "../core/ports.ts";
import type { Site } from "./site.ts";

/** What lies below the folder of one version. */
export interface VersionFolder {
  version_id: string;
  manifest: ObjectInfo | undefined;
  /** All but the manifest. */
  files: ObjectInfo[];
}

/** What lies below `versions/`, version by version; whether it is, was or will be current cannot be seen here. */
export async function* versionsIn({ objects, keys }: Site): AsyncIterable<VersionFolder> {
  let folder: VersionFolder | undefined;
  for await (const object of objects.list(keys.versions)) {
    const path = object.key.slice(keys.versions.length);
    const version_id = path.slice(0, path.indexOf("/"));
    if (folder?.version_id !== version_id) {
      if (folder) yield folder;
      folder = { version_id, manifest: undefined, files: [] };
    }
    if (object.key === keys.manifest(version_id)) folder.manifest = object;
    else folder.files.push(object);
  }
  if (folder) yield folder;
}
