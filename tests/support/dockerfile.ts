/** What the last stage of a Dockerfile says of the container. */
export interface FinalStage {
  base: string;
  env: Record<string, string>;
  /** `UID:GID`. */
  user: string;
  workdir: string;
  entrypoint: string[];
  /** Of files that are copied in, where they lie in the container. */
  copied: string[];
}

/** Reads a Dockerfile as far as ours goes: lines that `\` continues, `ENV` with `=`, `ENTRYPOINT` as JSON. */
export function finalStage(text: string): FinalStage {
  const all = instructionsIn(text);
  const stage = all.slice(all.findLastIndex(([name]) => name === "FROM"));
  const last = (name: string) => stage.findLast(([found]) => found === name)?.[1] ?? "";
  const every = (name: string) => stage.filter(([found]) => found === name).map(([, rest]) => rest);
  const pairs = every("ENV").flatMap((rest) => rest.split(/\s+/).map((pair): [string, string] => pairOf(pair)));
  return {
    base: last("FROM"),
    env: Object.fromEntries(pairs),
    user: last("USER"),
    workdir: last("WORKDIR"),
    entrypoint: JSON.parse(last("ENTRYPOINT")),
    copied: every("COPY").map((rest) => rest.split(/\s+/).at(-1) ?? ""),
  };
}

function instructionsIn(text: string): [name: string, rest: string][] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = "", ...rest] = line.trim().split(/\s+/);
      return [name, rest.join(" ")];
    });
}

function pairOf(pair: string): [string, string] {
  const equals = pair.indexOf("=");
  return [pair.slice(0, equals), pair.slice(equals + 1)];
}
