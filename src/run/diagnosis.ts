import { IngestorError, reasonOf } from "../core/errors.ts";

/** One thing that was looked at, how it is, and what to do where it is not well. */
export interface Diagnosis {
  status: "ok" | "warn" | "fail";
  what: string;
  detail: string;
  todo?: string | undefined;
}

/** What `look` finds; a failure where it throws. */
export async function diagnose(
  what: string,
  look: () => Promise<string | Omit<Diagnosis, "what">>,
): Promise<Diagnosis> {
  try {
    const found = await look();
    return typeof found === "string" ? { status: "ok", what, detail: found } : { what, ...found };
  } catch (error) {
    return {
      status: "fail",
      what,
      detail: detailOf(error),
      todo: error instanceof IngestorError ? error.hint : undefined,
    };
  }
}

function detailOf(error: unknown): string {
  const problems = error instanceof IngestorError ? error.problems.map(({ message }) => message) : [];
  return [reasonOf(error), ...problems].join("; ");
}
