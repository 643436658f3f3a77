import type { Random } from "../core/ports.ts";

const shortestMs = 50;
const longestMs = 2_000;

/** What a wait takes; `sleep` rejects where there is no use in waiting any longer. */
export interface Waiting {
  random: Random;
  sleep(ms: number): Promise<void>;
}

/** How often a run tries again that others were ahead of: more often than there are runs that could meet. */
export const mostTurns = 40;

/** The wait before attempt number `attempt`; none before number 0. At random, so that runs that met do not meet again. */
export async function awaitTurn({ random, sleep }: Waiting, attempt: number): Promise<void> {
  if (attempt > 0) await sleep(random() * Math.min(longestMs, shortestMs * 2 ** (attempt - 1)));
}
