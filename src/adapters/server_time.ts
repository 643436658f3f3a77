/** What time a server has, of any answer that it gives; undefined where it does not say. Throws what `fetch` throws. */
export async function serverTime(url: string, timeoutMs = 10_000): Promise<Date | undefined> {
  const answer = await fetch(url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
  const time = Date.parse(answer.headers.get("date") ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}
