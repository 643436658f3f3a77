import { s3Address } from "../adapters/s3_address.ts";
import { serverTime } from "../adapters/server_time.ts";
import type { Dataset } from "../config/dataset.ts";
import { diagnose, type Diagnosis } from "../run/diagnosis.ts";
import type { Shell } from "./shell.ts";

const wideSkew = 30;
const refusedSkew = 300;

const setTheClock = "set the clock, and keep it right (NTP): AWS refuses 5 to 15 minutes";

/** How far the clock is from that of whom the dataset talks to; nothing where it talks to nobody. */
export function checkClock(dataset: Dataset, { env, now }: Shell): Promise<Diagnosis>[] {
  const server = serverOf(dataset, env);
  return server === undefined ? [] : [diagnoseClock(server, now)];
}

async function diagnoseClock(server: () => string, now: Shell["now"]): Promise<Diagnosis> {
  const found = await diagnose("clock", async () => {
    const url = server();
    const { host } = new URL(url);
    const time = await serverTime(url);
    if (time === undefined) return { status: "warn", detail: `${host} does not say what time it is` };
    const skew = Math.abs(now().getTime() - time.getTime()) / 1000;
    const detail = `${skew < 2 ? "as" : `${Math.round(skew)} s from`} that of ${host}`;
    const status = skew > refusedSkew ? "fail" : skew > wideSkew ? "warn" : "ok";
    return { status, detail, todo: status === "ok" ? undefined : setTheClock };
  });
  // Whether the server can be reached is for other lines to say.
  return found.status === "fail" && found.todo !== setTheClock ? { ...found, status: "warn" } : found;
}

/** Throws where the environment names no server that there can be. */
function serverOf({ load, source }: Dataset, env: Shell["env"]): (() => string) | undefined {
  const location = load?.kind === "store" ? load.location : undefined;
  if (location?.kind === "s3") return () => s3Address(location, env).endpoint;
  const url = "url" in source.options && typeof source.options.url === "string" ? URL.parse(source.options.url) : null;
  return url && /^https?:$/.test(url.protocol) ? () => `${url.origin}/` : undefined;
}
