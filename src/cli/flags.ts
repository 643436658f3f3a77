import type { ArgDef, ArgsDef } from "citty";
import { readSetArgument } from "../config/set_argument.ts";
import { IngestorError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";

/** A command line that agrees with the command's definition. */
export interface Flags {
  /** In a form that citty cannot misread: `--name=value` and `--name`, then `--`, then the positional arguments. */
  canonical: string[];
  /** The values of `--set`, in order. */
  sets: string[];
}

interface Reading {
  flags: { name: string; text: string; value: string | undefined }[];
  positionals: string[];
  problems: string[];
  /** A flag is unknown: whether the word after it is its value, nobody can say. */
  unsure: boolean;
}

const repeatable = ["set", "series"];

/** Reads the arguments of a command. Throws an `IngestorError` (`ARGUMENT`) with all that is wrong with them. */
export function readFlags(raw: readonly string[], definitions: ArgsDef): Flags {
  const { flags, positionals, problems, unsure } = readArguments(raw, definitions);
  // Alone: where one is wrong, what is taken for a dataset or a flag may be a part of its value.
  const wrongSets = [...valuesOf(flags, "set").flatMap(setProblems), ...looseSets(positionals, definitions)];
  if (wrongSets.length > 0) throw wrongArguments(wrongSets);
  problems.push(...repeated(flags), ...countProblems(positionals, definitions, unsure));
  if (problems.length > 0) throw wrongArguments(problems);
  // Of a repeated flag, citty keeps only the last value.
  const series = valuesOf(flags, "series");
  const joined = series.length > 0 ? [`--series=${series.join(",")}`] : [];
  return {
    canonical: [
      ...flags.filter(({ name }) => name !== "series").map(({ text }) => text),
      ...joined,
      "--",
      ...positionals,
    ],
    sets: valuesOf(flags, "set"),
  };
}

function valuesOf(flags: Reading["flags"], wanted: string): string[] {
  return flags.filter(({ name }) => name === wanted).map(({ value }) => value ?? "");
}

function setProblems(raw: string): string[] {
  const argument = readSetArgument(raw);
  return "problem" in argument ? [`"${argument.shown}" ${argument.problem}`] : [];
}

/** Words that were meant for a `--set`, which goes before each; `state` takes words like these itself. */
function looseSets(positionals: readonly string[], definitions: ArgsDef): string[] {
  if (!definitions["set"] || definitions["series..."]) return [];
  return positionals
    .filter((word) => /^[\w-]+(?:\.[\w-]+)+=/.test(word))
    .map((word) => `"${word.slice(0, word.indexOf("="))}=…" is no dataset: "--set" goes before each KEY=VALUE`);
}

function readArguments(raw: readonly string[], definitions: ArgsDef): Reading {
  const reading: Reading = { flags: [], positionals: [], problems: [], unsure: false };
  const end = raw.indexOf("--");
  const words = end < 0 ? [...raw] : raw.slice(0, end);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word.startsWith("-") && word !== "-") readFlag(word, words, definitions, reading);
    else reading.positionals.push(word);
  }
  if (end >= 0) reading.positionals.push(...raw.slice(end + 1));
  return reading;
}

/** Takes the flag's value from `words` where it stands there. */
function readFlag(word: string, words: string[], definitions: ArgsDef, reading: Reading): void {
  const equals = word.indexOf("=");
  const flag = equals < 0 ? word : word.slice(0, equals);
  const found = findFlag(flag, definitions);
  if (!found) {
    reading.problems.push(`there is no flag "${flag}"${didYouMeanFlag(flag, definitions)}`);
    reading.unsure = true;
    return;
  }
  const [name, { type }] = found;
  const given = equals < 0 ? undefined : word.slice(equals + 1);
  if (type === "boolean") {
    if (given !== undefined) reading.problems.push(`"${flag}" takes no value`);
    reading.flags.push({ name, text: `--${name}`, value: undefined });
    return;
  }
  const value = given ?? (isValue(words[0]) ? words.shift() : undefined);
  if (value === undefined || value === "") reading.problems.push(`"${flag}" needs a value`);
  reading.flags.push({ name, text: `--${name}=${value}`, value });
}

function isValue(word: string | undefined): boolean {
  return word !== undefined && (word === "-" || !word.startsWith("-"));
}

function findFlag(flag: string, definitions: ArgsDef): [string, ArgDef] | undefined {
  return flagDefinitions(definitions).find(([name, { alias }]) => {
    return flag === `--${name}` || [alias ?? []].flat().some((short) => flag === `-${short}`);
  });
}

function flagDefinitions(definitions: ArgsDef): [string, ArgDef & { alias?: string | string[] }][] {
  return Object.entries(definitions).filter(([, { type }]) => type !== "positional");
}

function didYouMeanFlag(flag: string, definitions: ArgsDef): string {
  const known = flagDefinitions(definitions).map(([name]) => `--${name}`);
  return didYouMean(flag, [...known, "--help"]);
}

function repeated(flags: Reading["flags"]): string[] {
  const names = flags.map(({ name }) => name).filter((name) => !repeatable.includes(name));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [...new Set(twice)].map((name) => `"--${name}" is given more than once`);
}

function countProblems(given: readonly string[], definitions: ArgsDef, unsure: boolean): string[] {
  const wanted = Object.entries(definitions).filter(([, { type }]) => type === "positional");
  const missing = wanted.slice(given.length).filter(([, { required }]) => required !== false);
  const most = wanted.some(([name]) => name.endsWith("...")) ? Infinity : wanted.length;
  return [
    ...missing.map(([name]) => `the argument ${name.toUpperCase()} is missing`),
    ...given.slice(unsure ? Infinity : most).map((word) => `there is no argument for "${word}"`),
  ];
}

/** The error of arguments of which all this is wrong. */
export function wrongArguments(problems: readonly string[]): IngestorError {
  const hint = "--help shows what there is";
  const [first] = problems;
  if (problems.length === 1) return new IngestorError("ARGUMENT", `Cannot read the arguments: ${first}`, { hint });
  return new IngestorError("ARGUMENT", `Cannot read the arguments: ${problems.length} problems`, {
    problems: problems.map((message) => ({ message })),
    hint,
  });
}
