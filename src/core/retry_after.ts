const longest = 60_000;

/**
 * Milliseconds that a `Retry-After` asks to wait, a minute at most: it is a number of seconds or an HTTP date; 0 where
 * it is neither.
 */
export function retryAfter(header: string | null | undefined, now: Date): number {
  const value = header?.trim() ?? "";
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime();
  return wait > 0 ? Math.min(longest, wait) : 0;
}
