import { inParallel } from "../core/parallel.ts";
import { extentsOf, localMonthOf, outer, type LostEdge, type Side } from "./extents.ts";
import { readObservations } from "./observations.ts";
import type { Site } from "./site.ts";
import type { PartitionEntry, SeriesExtent } from "./snapshot.ts";

const filesInFlight = 16;

/** A partition between the first and the last local month that it can hold. */
interface Place {
  partition: string;
  entry: PartitionEntry;
  first: string;
  last: string;
}

const opposite = { first: "last", last: "first" } as const;

const isFurther: Record<Side, (month: string, other: string) => boolean> = {
  first: (month, other) => month < other,
  last: (month, other) => month > other,
};

/**
 * Puts edges that were lost where partitions that did not change have them now. Each is looked for from where it was
 * inward, to the first partition that holds the series; a partition is read at most once for all series.
 */
export async function findEdges(
  site: Site,
  unchanged: Iterable<readonly [string, PartitionEntry]>,
  extents: Map<string, SeriesExtent>,
  lost: readonly LostEdge[],
): Promise<void> {
  const places = placesOf(unchanged);
  const extentsIn = readOnce(site);
  await inParallel(filesInFlight, lost, async (edge) => {
    const found = await findEdge(edge, places(edge), extentsIn);
    const extent = extents.get(edge.code);
    if (found === undefined) extents.delete(edge.code);
    else if (extent) extents.set(edge.code, { ...extent, [edge.side]: found });
  });
}

/** Undefined where nothing has the series. */
async function findEdge(
  { code, side, was, found }: LostEdge,
  places: readonly Place[],
  extentsIn: (place: Place) => Promise<ReadonlyMap<string, SeriesExtent>>,
): Promise<string | undefined> {
  for (const place of places) {
    if (isFurther[side](place[opposite[side]], localMonthOf(was))) continue;
    if (found !== undefined && isFurther[side](localMonthOf(found), place[side])) break;
    const there = (await extentsIn(place)).get(code)?.[side];
    if (there !== undefined) found = outer(side, found ?? there, there);
  }
  return found;
}

function readOnce(site: Site): (place: Place) => Promise<ReadonlyMap<string, SeriesExtent>> {
  const known = new Map<string, Promise<ReadonlyMap<string, SeriesExtent>>>();
  return ({ partition, entry }) => {
    const reading = known.get(partition) ?? readObservations(site, partition, entry).then(extentsOf);
    known.set(partition, reading);
    return reading;
  };
}

/** The partitions that may hold a series, from one side inward. */
function placesOf(partitions: Iterable<readonly [string, PartitionEntry]>) {
  const byOwner = Map.groupBy(partitions, ([partition]) => ownerOf(partition));
  const sorted = { first: new Map<string | undefined, Place[]>(), last: new Map<string | undefined, Place[]>() };
  return ({ code, side }: LostEdge): readonly Place[] => {
    const owner = byOwner.has(code) ? code : undefined;
    const known = sorted[side].get(owner);
    if (known) return known;
    const places = (byOwner.get(owner) ?? []).filter(([, { rows }]) => rows > 0).map(placeOf);
    places.sort((a, b) => (isFurther[side](a[side], b[side]) ? -1 : 1));
    sorted[side].set(owner, places);
    return places;
  };
}

function placeOf([partition, entry]: readonly [string, PartitionEntry]): Place {
  const [, year, month] = /(?:^|\/)year=(\d{4})(?:\/month=(\d{2}))?$/.exec(partition) ?? [];
  if (year === undefined) return { partition, entry, first: "", last: "~" };
  return { partition, entry, first: `${year}-${month ?? "01"}`, last: `${year}-${month ?? "12"}` };
}

/** The series that alone fills a partition; undefined where any may be in it. */
export function ownerOf(partition: string): string | undefined {
  return /^year=\d{4}\/month=\d{2}$/.test(partition) ? undefined : partition.split("/", 1)[0];
}
