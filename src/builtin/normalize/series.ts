import * as v from "valibot";
import {
  defineNormalizer,
  didYouMean,
  firstSightings,
  isBlank,
  isTimeZone,
  obsTimeReader,
  readNumber,
  type NormalizeContext,
  type Observation,
  type ParsedPoint,
} from "../../api.ts";

const keys = ["obs_time", "internal_series_code"] as const;

/** How many points of each sort are shown to the operator; all are counted. */
const examples = 5;

export default defineNormalizer({
  name: "series",
  summary: "Places times in the dataset's zone, reads numbers, drops blanks and duplicates",
  options: v.strictObject({
    timezone: v.pipe(
      v.optional(
        v.pipe(
          v.string(),
          v.check(
            isTimeZone,
            ({ input }) => `must be a time zone such as America/Argentina/Buenos_Aires${zoneHint(input)}`,
          ),
        ),
        "UTC",
      ),
      v.description("The time zone that times without one are in, and that all are stored in"),
    ),
    primary_keys: v.pipe(
      v.optional(
        v.pipe(
          v.array(v.picklist(keys)),
          v.check(
            (given) => keys.every((key) => given.includes(key)),
            "must hold both obs_time and internal_series_code: an observation is known by its series and its time",
          ),
        ),
        [...keys],
      ),
      v.description("What an observation is known by; of two with the same, the first is taken"),
    ),
    decimal: v.pipe(
      v.optional(v.picklist([".", ","])),
      v.description("The decimal sign of numbers written as text; without it each text is judged by itself"),
    ),
    na_values: v.pipe(
      v.optional(v.array(v.string()), []),
      v.description("What stands for no value, beside empty cells, errors and the usual signs"),
    ),
  }),

  normalize({ timezone, decimal, na_values }, ctx) {
    const readTime = obsTimeReader(timezone);
    const seenBefore = firstSightings();
    const report = reporter(ctx);
    const blanks = new Set(na_values.map((text) => text.trim().toLowerCase()));
    const isNothing = (value: ParsedPoint["value"]) =>
      isBlank(value) || (blanks.size > 0 && blanks.has(String(value).trim().toLowerCase()));

    return (point) => {
      const code = point.internal_series_code;
      if (isNothing(point.value)) return ctx.series.get(code)?.drop_na ? undefined : { rejected: "blank value" };
      const time = readTime(point.obs_time);
      if (!time) return report.rejected(point, "not a date");
      const value = readNumber(point.value, decimal);
      if (value === undefined) return report.rejected(point, "not a number");
      const earlier = seenBefore(code, time.instant, value);
      if (earlier !== undefined) return report.duplicate(point, earlier, value);
      return observationOf(point, time.obs_time, value);
    };
  },
});

function observationOf(point: ParsedPoint, obs_time: string, value: number): Observation {
  // Adding 0 makes 0 of -0, which would be another value to a digest.
  const observation: Observation = { obs_time, internal_series_code: point.internal_series_code, value: value + 0 };
  if (point.unit !== undefined) observation.unit = point.unit;
  if (point.frequency !== undefined) observation.frequency = point.frequency;
  return observation;
}

function reporter(ctx: NormalizeContext) {
  let rejections = 0;
  let conflicts = 0;
  return {
    rejected({ internal_series_code, obs_time, value }: ParsedPoint, reason: string) {
      if (++rejections <= examples)
        ctx.warn(`Rejected ${shown(value)} of "${internal_series_code}" at "${obs_time}": ${reason}`);
      return { rejected: reason };
    },
    duplicate({ internal_series_code, obs_time }: ParsedPoint, earlier: number, value: number): undefined {
      ctx.count("duplicates");
      if (earlier === value) return;
      ctx.count("conflicting duplicates");
      if (++conflicts <= examples)
        ctx.warn(`Left out ${value} of "${internal_series_code}" at "${obs_time}": the source gave ${earlier} before`);
    },
  };
}

function shown(value: ParsedPoint["value"]): string {
  return JSON.stringify(typeof value === "string" ? value.slice(0, 60) : value);
}

function zoneHint(written: string): string {
  return didYouMean(written, Intl.supportedValuesOf("timeZone"));
}
