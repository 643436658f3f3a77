import { IngestorError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { datasetFiles, datasetIdIn, readDataset } from "../host/datasets.ts";
import type { Folder } from "../host/discovery.ts";
import { datasetsFolder } from "./common.ts";
import { wrongArguments } from "./flags.ts";
import { isInShard, readShard, shardIn, type Shard } from "./shard.ts";
import type { Shell } from "./shell.ts";

export interface SelectionFlags {
  datasets?: string | undefined;
  all?: boolean | undefined;
  tag?: string | undefined;
  shard?: string | undefined;
}

/** The datasets that a command line asks for. */
export interface Selection {
  /** Ids or paths, each once. */
  wanted: readonly string[];
  /** Whether they are reported on together. */
  many: boolean;
  /** Why there are none, where that is right. */
  empty?: string;
  /** Why some of them must not be run, by what they are asked for. */
  refused: ReadonlyMap<string, IngestorError>;
}

interface Known {
  wanted: string;
  dataset_id: string;
  text: string;
}

/** Throws an `IngestorError` (`ARGUMENT`) where nothing is asked for, or nothing of that kind is there. */
export async function selectDatasets(
  given: readonly string[],
  flags: SelectionFlags,
  shell: Shell,
): Promise<Selection> {
  const folder = datasetsFolder(flags, shell);
  refuseBoth(given, flags);
  const isFolder = flags.all === true || flags.tag !== undefined;
  const all = isFolder ? await inFolder(folder) : [];
  const refused = sameIds(all);
  const chosen = flags.tag === undefined ? all : await withTag(all, flags.tag, folder);
  const named = isFolder ? chosen.map((known) => known.wanted) : namedDatasets(given, flags, shell);
  const shard = flags.shard === undefined ? (isFolder ? shardIn(shell.env) : undefined) : readShard(flags.shard);
  const wanted = shard === undefined ? named : await inShard(named, folder, shard);
  const empty =
    shard && wanted.length === 0
      ? `shard ${shard.index}/${shard.count} has none of the ${named.length} datasets: there is nothing to do`
      : undefined;
  return { wanted, many: isFolder || shard !== undefined || wanted.length > 1, refused, ...(empty && { empty }) };
}

/** Two files of one id would undo each other. */
function sameIds(all: readonly Known[]): Map<string, IngestorError> {
  const byId = Map.groupBy(all, ({ dataset_id }) => dataset_id);
  const shared = [...byId].filter(([, known]) => known.length > 1);
  return new Map(
    shared.flatMap(([dataset_id, known]) => {
      const files = known.map(({ wanted }) => wanted).join(" and ");
      const error = new IngestorError("CONFIG", `Cannot run "${dataset_id}": it is the dataset_id of ${files}`, {
        hint: "each dataset has an id of its own",
      });
      return known.map(({ wanted }) => [wanted, error] as const);
    }),
  );
}

function refuseBoth(given: readonly string[], { all, tag }: SelectionFlags): void {
  const ways = [...(given.length > 0 ? ["ids"] : []), ...(all ? ['"--all"'] : []), ...(tag ? ['"--tag"'] : [])];
  if (ways.length > 1) throw wrongArguments([`${ways.join(" and ")} each say what to run: give one of them`]);
}

function namedDatasets(given: readonly string[], { shard }: SelectionFlags, { env, program }: Shell): string[] {
  if (given.length > 0) return [...new Set(given)];
  if (shard !== undefined) throw wrongArguments(['"--shard" is a part of something: add "--all", "--tag" or ids']);
  const id = env["DATASET_ID"];
  if (id !== undefined && id !== "") return [id];
  throw new IngestorError("ARGUMENT", "Cannot run: no dataset is named, and DATASET_ID is not set", {
    hint: `${program} run DATASET, or ${program} run --all`,
  });
}

async function inFolder(folder: Folder): Promise<Known[]> {
  const all = await Promise.all(datasetFiles(folder).map((file) => know(file, folder)));
  if (all.length === 0) {
    throw new IngestorError("ARGUMENT", `Cannot run all of "${folder.path}": there are no dataset files in it`, {
      hint: "--datasets names another folder",
    });
  }
  return all;
}

/** What cannot be read may have the tag: it is run, and says what is wrong, rather than being left out in silence. */
async function withTag(all: readonly Known[], tag: string, folder: Folder): Promise<Known[]> {
  const { tagsIn } = await import("../config/tags.ts");
  const tagged = all.map((known) => ({ known, tags: tagsIn(known.text) }));
  const names = [...new Set(tagged.flatMap(({ tags = [] }) => tags))].toSorted();
  if (!names.includes(tag)) {
    const guess = didYouMean(tag, names);
    throw new IngestorError("ARGUMENT", `Cannot run: no dataset of "${folder.path}" has the tag "${tag}"${guess}`, {
      hint: names.length === 0 ? "`tags: [daily]` in a dataset file gives it one" : `tags there: ${names.join(", ")}`,
    });
  }
  return tagged.filter(({ tags }) => tags?.includes(tag) ?? true).map(({ known }) => known);
}

async function inShard(wanted: readonly string[], folder: Folder, shard: Shard): Promise<string[]> {
  const known = await Promise.all(wanted.map((one) => know(one, folder)));
  return known.filter(({ dataset_id }) => isInShard(dataset_id, shard)).map((one) => one.wanted);
}

/** What is not there has only its name; running it says so. */
async function know(wanted: string, folder: Folder): Promise<Known> {
  try {
    const { text } = await readDataset(wanted, folder);
    return { wanted, dataset_id: datasetIdIn(text) ?? wanted, text };
  } catch (error) {
    if (error instanceof IngestorError) return { wanted, dataset_id: wanted, text: "" };
    throw error;
  }
}
