import type * as v from "valibot";
import type { StoreLocation } from "../core/ports.ts";
import { check, type Section } from "./check.ts";
import type { StateSettings } from "./dataset.ts";
import type { Report } from "./tree.ts";

/** What the rest of the file says. */
export interface Around {
  dataset_id: string;
  /** Where the dataset's store lies; undefined if it has none, "unknown" if what says so is wrong. */
  store: StoreLocation | "unknown" | undefined;
  /** How the dataset's state is kept, if it is. */
  state: StateSettings | undefined;
  /** Tells of what is valid but unwise; the text begins at the name of the section. */
  warn(text: string): void;
}

/** As `Around`, of no section in particular. */
export interface Surroundings extends Omit<Around, "warn"> {
  warn: Report;
}

/** One way to keep state, or to lock: the options that the file gives it, and what they come to. */
export interface Kind<T> {
  options: v.GenericSchema;
  /** Undefined if the options are wrong, which is reported. */
  read(section: Section, around: Surroundings, report: Report): T | undefined;
}

/** `settings` gives text where the options are wrong together: the reason. */
export function kind<S extends v.GenericSchema, T extends object>(
  options: S,
  settings: (options: v.InferOutput<S>, around: Around) => T | string | undefined,
): Kind<T> {
  return {
    options,
    read(section, around, report) {
      const checked = check(options, section, report);
      const worded = (text: string) => ({ message: `${section.nameOf([])}${text}`, ...section.map.place });
      const warn = (text: string) => around.warn(worded(text));
      const made = checked === undefined ? undefined : settings(checked, { ...around, warn });
      if (typeof made !== "string") return made;
      report(worded(made));
      return undefined;
    },
  };
}
