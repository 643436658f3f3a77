/** The module of a parser called `lines`, for `plugins/` of the real program: reads lines of code,date,value. */
export const linesPlugin = (frequency: string) => `import { defineParser } from "ingestor";
import * as v from "valibot";
export default defineParser({
  name: "lines",
  summary: "Reads lines of code,date,value",
  options: v.strictObject({}),
  async *parse({ blob }) {
    for (const row of (await blob.text()).trim().split("\\n")) {
      const [internal_series_code, obs_time, value] = row.split(",");
      yield { internal_series_code, obs_time, value, unit: "index", frequency: "${frequency}" };
    }
  },
});
`;
