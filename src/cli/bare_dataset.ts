import { IngestorError } from "../core/errors.ts";
import { isDatasetPath, readDataset } from "../host/datasets.ts";
import { datasetsFolder } from "./common.ts";
import type { Shell } from "./shell.ts";

/** Whether a word that is no command is a dataset: the path of a file, or an id in the datasets folder. */
export async function isBareDataset(word: string, rest: readonly string[], shell: Shell): Promise<boolean> {
  if (isDatasetPath(word)) return true;
  try {
    await readDataset(word, datasetsFolder({ datasets: datasetsFlag(rest) }, shell));
    return true;
  } catch (error) {
    if (error instanceof IngestorError) return false;
    throw error;
  }
}

/** Read before it is known whose flags these are: what is wrong with them, the command says. */
function datasetsFlag(words: readonly string[]): string | undefined {
  const name = "--datasets";
  const at = words.indexOf(name);
  if (at >= 0) return words[at + 1];
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}
