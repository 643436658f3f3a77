import type { Check } from "../store/commit.ts";

/** The checks that can stop a version from becoming current. None so far. */
export const gate: readonly Check[] = [];
