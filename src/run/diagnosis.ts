import { unlessAborted } from "../core/abort.ts";
import { IngestorError, reasonOf } from "../core/errors.ts";

/** One thing that was looked at, how it is, and what to do where it is not well. */
export interface Diagnosis {
  status: "ok" | "warn" | "fail";
  what: string;
  detail: string;
  todo?: string | undefined;
}

/** Hears of each thing as soon as it is known. */
export type Tell = (found: Diagnosis) => Promise<void>;

/** No single thing is looked at for longer. */
const ceilingSeconds = 20;

const answerless =
  "see that it answers and can be reached from here: the network, a proxy, a firewall, " +
  "and endpoint_url, AWS_ENDPOINT_URL and its like if they are set";

/** What `look` finds; a failure where it throws, or finds nothing in time. */
export async function diagnose(
  what: string,
  look: (signal: AbortSignal) => Promise<string | Omit<Diagnosis, "what">>,
  ifLate = answerless,
): Promise<Diagnosis> {
  try {
    const found = await inTime(look, ifLate);
    return typeof found === "string" ? { status: "ok", what, detail: found } : { what, ...found };
  } catch (error) {
    return failure(what, error);
  }
}

/** Settles as the work does; where that takes too long, with an error that says so, and the work's signal aborts. */
export async function inTime<T>(work: (signal: AbortSignal) => Promise<T>, ifLate = answerless): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    const hint = { hint: ifLate };
    late.abort(new IngestorError("STORAGE", `nothing came of it within ${ceilingSeconds} s`, hint));
  }, ceilingSeconds * 1000);
  try {
    return await unlessAborted(late.signal, work(late.signal));
  } finally {
    clearTimeout(timer);
  }
}

export function failure(what: string, error: unknown): Diagnosis {
  const todo = error instanceof IngestorError ? error.hint : undefined;
  return { status: "fail", what, detail: detailOf(error), todo };
}

function detailOf(error: unknown): string {
  const problems = error instanceof IngestorError ? error.problems.map(({ message }) => message) : [];
  return [reasonOf(error), ...problems].join("; ");
}
