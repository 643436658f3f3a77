import { expect, test } from "bun:test";
import { keeping } from "../support/keeping.ts";
import { storeRoot, withLock, withState, world } from "../support/run.ts";

const one = "A_D,2026-03-31,1\nA_D,2026-04-01,1\nB_D,2026-04-01,40\n";
const two = "A_D,2026-03-31,1\nA_D,2026-04-01,5\nA_D,2026-04-02,6\nB_D,2026-04-01,40\n";
const rows = (text: string) => text.trimEnd().split("\n");
const set = [withState];
const april = "A_D/year=2026/month=04/data.json";
const march = "A_D/year=2026/month=03/data.json";

async function published(settings: Parameters<typeof keeping>[1] = { set }) {
  const w = world();
  const keep = keeping(w, settings);
  const first = await keep.publish(one);
  w.at("2026-04-22T12:00:00Z");
  const second = await keep.publish(two);
  const path = (text: string) => text.replace("FIRST", first).replace("SECOND", second);
  const lines = (texts: readonly string[]) => texts.map(path);
  return {
    w,
    keep,
    first,
    second,
    lines,
    remove: (key: string) => w.store().delete([storeRoot + path(key)]),
    write: (key: string, text: string) => w.store().put(storeRoot + path(key), Buffer.from(text)),
    async edit(key: string, change: (document: Record<string, unknown>) => unknown) {
      const document = await w.json(path(key));
      change(document);
      await w.store().put(storeRoot + path(key), Buffer.from(JSON.stringify(document)));
    },
  };
}

type Published = Awaited<ReturnType<typeof published>>;

test("a store that is as it was published is whole", async () => {
  const { keep, second } = await published();
  expect(await keep.verify({ all: false })).toMatchObject({
    version_id: second,
    store: "shelf",
    versions: 1,
    files: 3,
    projections: 3,
    archives: 0,
    findings: [],
    repaired: [],
  });
  expect(await keep.verify()).toMatchObject({ versions: 2, files: 4, projections: 3, archives: 2, findings: [] });
});

test("where nothing is published nothing is wrong", async () => {
  expect(await keeping(world()).verify()).toMatchObject({ version_id: undefined, versions: 0, findings: [] });
});

interface Damage {
  what: string;
  damage(p: Published): Promise<unknown>;
  /** What verify says of all. */
  says: string[];
  /** What is left when everything was repaired; nothing where not given. */
  leaves?: string[];
}

const damages: Damage[] = [
  {
    what: "the pointer is gone",
    damage: ({ remove }) => remove("index/current_version.txt"),
    says: ["index/current_version.txt is missing, though SECOND was published"],
  },
  {
    what: "the pointer names nothing",
    damage: ({ write }) => write("index/current_version.txt", "\n"),
    says: ["index/current_version.txt names no version, though SECOND was published"],
  },
  {
    what: "the pointer is gone, and with it what says where it led",
    damage: async ({ remove, write }) => {
      await remove("index/current_version.txt");
      await write("projections/manifest.json", "{");
    },
    says: [
      "index/current_version.txt is missing, though a version was published",
      "projections/manifest.json is damaged",
    ],
    leaves: [
      "index/current_version.txt is missing, though a version was published",
      "projections/manifest.json is damaged",
    ],
  },
  {
    what: "the current manifest is gone",
    damage: ({ remove }) => remove("versions/SECOND/manifest.json"),
    says: ["versions/SECOND/manifest.json is missing"],
    leaves: ["versions/SECOND/manifest.json is missing"],
  },
  {
    what: "an older manifest is gone",
    damage: ({ remove }) => remove("versions/FIRST/manifest.json"),
    says: ["versions/FIRST/manifest.json is missing"],
    leaves: ["versions/FIRST/manifest.json is missing"],
  },
  {
    what: "a manifest is damaged",
    damage: ({ write }) => write("versions/FIRST/manifest.json", "{"),
    says: ["versions/FIRST/manifest.json is damaged"],
    leaves: ["versions/FIRST/manifest.json is damaged"],
  },
  {
    what: "a manifest lists other files than the version has",
    damage: ({ edit }) =>
      edit("versions/FIRST/manifest.json", (manifest) => void (manifest["json_files"] = ["C_D/data.json", march])),
    says: [
      `versions/FIRST/manifest.json lacks "${april}" and 1 more in json_files`,
      'versions/FIRST/manifest.json has "C_D/data.json" in json_files, which the version does not hold',
    ],
    leaves: [
      `versions/FIRST/manifest.json lacks "${april}" and 1 more in json_files`,
      'versions/FIRST/manifest.json has "C_D/data.json" in json_files, which the version does not hold',
    ],
  },
  {
    what: "a manifest is that of another version",
    damage: ({ edit, first }) =>
      edit("versions/SECOND/manifest.json", (manifest) => void (manifest["version_id"] = first)),
    says: ['versions/SECOND/manifest.json describes "FIRST"'],
    leaves: ['versions/SECOND/manifest.json describes "FIRST"'],
  },
  {
    what: "a snapshot is gone",
    damage: ({ remove }) => remove("versions/SECOND/snapshot.json"),
    says: ["versions/SECOND/snapshot.json is missing"],
    leaves: ["versions/SECOND/snapshot.json is missing"],
  },
  {
    what: "a snapshot is damaged",
    damage: ({ write }) => write("versions/FIRST/snapshot.json", "[]"),
    says: ["versions/FIRST/snapshot.json is damaged"],
    leaves: ["versions/FIRST/snapshot.json is damaged"],
  },
  {
    what: "a snapshot counts wrongly",
    damage: ({ edit }) =>
      edit("versions/FIRST/snapshot.json", (snapshot) => {
        const { A_D = [], B_D = [] } = snapshot["series"] as Record<string, unknown[]>;
        B_D[2] = 7;
        const [, , , partitions] = A_D as [string, string, number, Record<string, Record<string, unknown[]>>];
        (partitions["year=2026"]?.["month=03"] ?? [])[1] = 8;
      }),
    says: [
      'versions/FIRST/snapshot.json says that "A_D/year=2026/month=03" has 8 observations, and its file has 1',
      'versions/FIRST/snapshot.json says of "B_D" 7 from 2026-04-01T00:00:00-03:00 to 2026-04-01T00:00:00-03:00, and its files have 1 from 2026-04-01T00:00:00-03:00 to 2026-04-01T00:00:00-03:00',
    ],
    leaves: [
      'versions/FIRST/snapshot.json says that "A_D/year=2026/month=03" has 8 observations, and its file has 1',
      'versions/FIRST/snapshot.json says of "B_D" 7 from 2026-04-01T00:00:00-03:00 to 2026-04-01T00:00:00-03:00, and its files have 1 from 2026-04-01T00:00:00-03:00 to 2026-04-01T00:00:00-03:00',
    ],
  },
  {
    what: "a data file that a projection still shows is gone",
    damage: ({ remove }) => remove(`versions/FIRST/data/${march}`),
    says: [`versions/FIRST/data/${march} is missing`],
  },
  {
    what: "a data file that a projection still shows is damaged",
    damage: ({ write }) => write(`versions/SECOND/data/${april}`, "[{]"),
    says: [`versions/SECOND/data/${april} is not a data file, or is damaged`],
  },
  {
    what: "a data file that no projection shows is gone",
    damage: ({ remove }) => remove(`versions/FIRST/data/${april}`),
    says: [`versions/FIRST/data/${april} is missing`],
    leaves: [`versions/FIRST/data/${april} is missing`],
  },
  {
    what: "a data file has another number in it",
    damage: async ({ w, write, second }) => {
      const text = (await w.text(`${storeRoot}versions/${second}/data/${april}`)) ?? "";
      await write(`versions/SECOND/data/${april}`, text.replace('"value":6', '"value":7'));
      await write(`projections/${april}`, text.replace('"value":6', '"value":8'));
    },
    says: [
      `projections/${april} holds other observations than the snapshot says`,
      `versions/SECOND/data/${april} holds other observations than the snapshot says`,
    ],
    leaves: [
      `projections/${april} holds other observations than the snapshot says`,
      `versions/SECOND/data/${april} holds other observations than the snapshot says`,
    ],
  },
  {
    what: "there are projections of no partition, and some are empty",
    damage: async ({ w, write }) => {
      const text = (await w.text(`${storeRoot}projections/${march}`)) ?? "";
      await write("projections/A_D/year=2020/month=01/data.json", text);
      await write("projections/A_D/year=2020/month=02/data.json", "[]");
      await write("projections/A_D/year=2020/month=02/notes.txt", text);
      await write("projections/Z_D/data.json", "oops");
    },
    says: [
      "projections/A_D/year=2020/month=01/data.json is in no partition of the current version",
      "projections/Z_D/data.json is in no partition of the current version",
    ],
  },
  {
    what: "a version is said to come after one that cannot be",
    damage: ({ edit }) =>
      edit("versions/FIRST/manifest.json", (manifest) => void (manifest["previous_version"] = "../..")),
    says: ['versions/FIRST/manifest.json says that "../..", which is no version, came before it'],
    leaves: ['versions/FIRST/manifest.json says that "../..", which is no version, came before it'],
  },
  {
    what: "a projection is gone, and another is not what it was",
    damage: async ({ remove, write }) => {
      await remove(`projections/${march}`);
      await write(`projections/${april}`, "[]\n");
    },
    says: [`projections/${march} is missing`, `projections/${april} is not what the version's file is`],
  },
  {
    what: "the description of the projections is gone",
    damage: ({ remove }) => remove("projections/manifest.json"),
    says: ["projections/manifest.json is missing"],
  },
  {
    what: "the description of the projections is damaged, and so is a projection",
    damage: async ({ write }) => {
      await write("projections/manifest.json", "oops");
      await write(`projections/${april}`, "oops");
    },
    says: [`projections/${april} is not what the version's file is`, "projections/manifest.json is damaged"],
  },
  {
    what: "the projections lag behind",
    damage: ({ edit, first }) => edit("projections/manifest.json", (shown) => void (shown["version_id"] = first)),
    says: ['projections/manifest.json says that "FIRST" is shown, and "SECOND" is current'],
  },
  {
    what: "what was announced never was",
    damage: ({ edit }) =>
      edit("projections/manifest.json", (shown) => void (shown["announced"] = "v20990101_000000_000000")),
    says: [
      'projections/manifest.json says that "v20990101_000000_000000" was announced, which is no version of the dataset',
    ],
  },
  {
    what: "a source archive is gone, and another is not what its name says",
    damage: async ({ w, write, remove }) => {
      const [former = "", latter = ""] = await w.keys("sources/");
      await write(former, "other bytes");
      await remove(latter);
    },
    says: ["sources/… is not what its name says", "sources/… is missing"],
    leaves: ["sources/… is not what its name says", "sources/… is missing"],
  },
  {
    what: "the state is gone",
    damage: ({ w }) => w.store("state").delete(["rates.json"]),
    says: ["the state state/rates.json is missing"],
  },
  {
    what: "the state is damaged",
    damage: ({ w }) => w.store("state").put("rates.json", Buffer.from('{"A_D":1}')),
    says: ["the state state/rates.json is damaged"],
  },
  {
    what: "the state is ahead of what is published",
    damage: ({ w }) =>
      w.store("state").put("rates.json", Buffer.from('{"A_D":"2026-05-02T00:00:00","C_D":"2026-05-02T00:00:00"}')),
    says: [
      'the state state/rates.json says of "A_D" 2026-05-02T00:00:00, and the snapshot 2026-04-02T00:00:00 and of 2 more, differently',
    ],
  },
];

const withoutHash = (lines: readonly string[]) => lines.map((line) => line.replace(/[0-9a-f]{64}/, "…"));

test.each(damages)("$what: that is said, and what can be is repaired", async ({ damage, says, leaves = [] }) => {
  const p = await published();
  await damage(p);
  const before = withoutHash(await p.keep.problems());
  expect(before).toEqual(p.lines(says));
  expect(withoutHash(await p.keep.problems({ repair: true }))).toEqual(p.lines(leaves));
  expect(withoutHash(await p.keep.problems())).toEqual(p.lines(leaves));
  if (leaves.length > 0) return;
  expect(await p.w.current()).toEqual(rows(two));
  expect(await p.w.projected()).toEqual(rows(two));
});

test("damage of every kind at once is told at once, and does not hinder what can be repaired", async () => {
  const { keep, remove, write, lines } = await published();
  await remove(`versions/FIRST/data/${april}`);
  await remove(`versions/FIRST/data/${march}`);
  await write("projections/B_D/year=2026/month=04/data.json", "");
  const { findings, repaired } = await keep.verify({ repair: true });
  expect(findings.map(({ key }) => key)).toEqual(lines([`${storeRoot}versions/FIRST/data/${april}`]));
  expect(repaired.map(({ key }) => key)).toEqual(
    lines([`${storeRoot}projections/B_D/year=2026/month=04/data.json`, `${storeRoot}versions/FIRST/data/${march}`]),
  );
});

test("without all, older versions are not looked at", async () => {
  const { keep, remove } = await published();
  await remove(`versions/FIRST/data/${april}`);
  await remove("versions/FIRST/manifest.json");
  expect(await keep.problems({ all: false })).toEqual([]);
});

test("where a data file is lost for good, projections that lag are left as they are, and the reason is given", async () => {
  const { keep, remove, lines } = await published();
  await remove(`versions/SECOND/data/${april}`);
  await remove(`projections/${april}`);
  await remove("projections/manifest.json");
  await remove(`projections/${march}`);
  const { findings, hindrance, repaired } = await keep.verify({ repair: true });
  expect(hindrance).toBe(
    ...(lines([`Cannot read "${storeRoot}versions/SECOND/data/${april}": it is missing in shelf`]) as [string]),
  );
  expect(findings.map(({ key }) => key.replace(storeRoot, ""))).toContain(`projections/${april}`);
  expect(repaired.map(({ key }) => key.replace(storeRoot, ""))).toContain(`projections/${march}`);
});

test("in mode direct there are no projections to look at", async () => {
  const { keep, remove, lines } = await published({ set: [withState, "load.projection={mode: direct}"] });
  expect(await keep.verify()).toMatchObject({ projections: 0, findings: [] });
  await remove(`versions/FIRST/data/${march}`);
  expect(await keep.problems({ repair: true })).toEqual(lines([`versions/FIRST/data/${march} is missing`]));
});

test("repair announces nothing, and waits for the lock", async () => {
  const { w, keep, remove } = await published({ set: [withState, withLock] });
  await remove(`projections/${march}`);
  const answer = await w.lock.acquire("etl:rates", { owner: "fargate-1", run_id: "r20260421_115500_abcdef" });
  expect("held" in answer).toBe(true);
  expect(keep.verify({ repair: true })).rejects.toMatchObject({ code: "BUSY" });
  expect(await keep.problems()).toHaveLength(1);
});

test("a format that the dataset file does not say is an error, not damage", async () => {
  const { w } = await published();
  const keep = keeping(w, { set: [withState, "load.format=parquet"] });
  expect(keep.verify()).rejects.toMatchObject({ code: "CONFIG" });
});
