import { errorLine } from "./errors.ts";
import { formatBytes, formatCount, formatTable } from "./format.ts";
import { cut, textOf } from "./screen.ts";
import type { ListedDataset } from "./list.ts";

const header = ["dataset", "version", "last", "series", "observations", "size"];

/** The datasets for people: a line each, and where something is to be said of one, that at the end of its line. */
export function listText(listed: readonly ListedDataset[], most: number): string {
  const { shown, more } = cut(listed, most);
  return textOf([...formatTable([header, ...shown.map(cells)], [3, 4, 5]), ...more]);
}

function cells(row: ListedDataset): string[] {
  const { dataset_id, file, version_id, last_obs_time, series, observations, bytes } = row;
  return [
    dataset_id ?? file,
    version_id ?? "",
    last_obs_time?.slice(0, 10) ?? "",
    series === null ? "" : formatCount(series),
    observations === null ? "" : formatCount(observations),
    bytes === null ? "" : formatBytes(bytes),
    remark(row),
  ];
}

function remark({ error, file, store, version_id, series }: ListedDataset): string {
  if (error) return errorLine(error);
  if (store === null) return `keeps no versions: ${file} has no loader with a versioned store`;
  if (version_id === null) return "not run yet";
  return series === null ? "of an older system, which lists nothing: run it once" : "";
}
