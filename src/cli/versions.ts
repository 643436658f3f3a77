import { knownPointer } from "../store/current.ts";
import { versionChain, type ChainedManifest } from "../store/chain.ts";
import type { Site } from "../store/site.ts";
import { command } from "./command.ts";
import { datasetArg, folderArgs, outputArgs, overrideArgs } from "./common.ts";
import { openDataset } from "./dataset.ts";
import { wrongArguments } from "./flags.ts";
import { formatCount, formatTable } from "./format.ts";
import { jsonText, linesShown, textOf } from "./screen.ts";

/** What `versions` says of one version. */
export interface ListedVersion {
  version_id: string;
  current: boolean;
  created_at: string | null;
  previous_version: string | null;
  /** Null where an older system wrote the version and did not count. */
  added: number | null;
  revised: number | null;
  /** Null also where the run could not see withdrawals. */
  withdrawn: number | null;
  /** The series that it changed. */
  series_codes: string[];
  run_id: string | null;
  /** False where an older system wrote it: it cannot be read. */
  listed: boolean;
}

export const versionsCommand = command({
  name: "versions",
  description: "Show the versions of a dataset, newest first, and what each changed",
  args: {
    ...datasetArg,
    limit: { type: "string", valueHint: "N", description: "Show only the newest N" },
    ...folderArgs,
    ...overrideArgs,
    ...outputArgs,
  },
  async run(flags, invocation) {
    const { shell } = invocation;
    const limit = flags.limit === undefined ? undefined : readLimit(flags.limit);
    const { target } = await openDataset(flags.dataset, flags, invocation);
    const most = limit ?? (flags.json ? Infinity : linesShown(shell, flags.verbose));
    const { versions, rest } = await newestVersions(target.site, most);
    const remark = limit === undefined ? rest : undefined;
    await shell.print(flags.json ? jsonText(versions) : versionsText(versions, remark));
    if (versions.length === 0) shell.note(`nothing is published yet in ${target.site.objects.name}\n`);
    return 0;
  },
});

function readLimit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw wrongArguments([`"--limit" needs a whole number from 1 on, not "${text}"`]);
}

/** What came before the versions that are shown: others, or others that are no longer kept. */
type Rest = "older" | "gone" | undefined;

async function newestVersions(site: Site, most: number): Promise<{ versions: ListedVersion[]; rest: Rest }> {
  const versions: ListedVersion[] = [];
  const current = (await knownPointer(site))?.version_id;
  if (current === undefined) return { versions, rest: undefined };
  for await (const manifest of versionChain(site, current)) {
    if (versions.length === most) return { versions, rest: "older" };
    versions.push(listedVersion(manifest, current));
  }
  return { versions, rest: versions.at(-1)?.previous_version === null ? undefined : "gone" };
}

function listedVersion(manifest: ChainedManifest, current: string): ListedVersion {
  const { version_id, changelog, previous_version } = manifest;
  return {
    version_id,
    current: version_id === current,
    created_at: manifest.created_at ?? null,
    previous_version: previous_version ?? null,
    added: changelog?.data_points_added ?? null,
    revised: changelog?.data_points_revised ?? null,
    withdrawn: changelog?.data_points_withdrawn ?? null,
    series_codes: manifest.series_codes,
    run_id: manifest.run_id ?? null,
    listed: previous_version !== undefined,
  };
}

const remarks = {
  older: ["… and older ones: -v shows all, --limit N the newest N"],
  gone: ["older ones are no longer kept"],
};

/** The versions for people: a line each. */
export function versionsText(versions: readonly ListedVersion[], rest?: Rest): string {
  if (versions.length === 0) return "";
  const header = ["version", "made", "new", "revised", "withdrawn", "series", "run"];
  const lines = formatTable([header, ...versions.map(cells)], [2, 3, 4, 5]);
  return textOf([...lines, ...(rest === undefined ? [] : remarks[rest])]);
}

function cells({ version_id, current, created_at, listed, series_codes, run_id, ...counts }: ListedVersion): string[] {
  const { added, revised, withdrawn } = counts;
  const changed = listed
    ? [formatCount(added ?? 0), formatCount(revised ?? 0), withdrawnCell(withdrawn)]
    : ["", "", ""];
  const remark = current ? "current" : "";
  return [
    version_id,
    created_at ?? "",
    ...changed,
    formatCount(series_codes.length),
    run_id ?? "",
    listed ? remark : [remark, "of an older system: cannot be read"].filter((part) => part !== "").join(", "),
  ];
}

/** Null is what a run could not see. */
function withdrawnCell(withdrawn: number | null): string {
  return withdrawn === null ? "?" : formatCount(withdrawn);
}
