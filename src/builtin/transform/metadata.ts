import * as v from "valibot";
import { defineTransformer, isoMicroseconds } from "../../api.ts";

export default defineTransformer({
  name: "metadata",
  summary: "Adds unit, frequency and collection_date where an observation lacks them",
  options: v.strictObject({}),

  async *transform(batches, _, { series, dataset, now }) {
    const collection_date = isoMicroseconds(now);
    for await (const batch of batches) {
      for (const observation of batch) {
        const info = series.get(observation.internal_series_code);
        const unit = observation.unit ?? info?.unit;
        const frequency = observation.frequency ?? info?.frequency ?? dataset.frequency;
        if (unit !== undefined) observation.unit = unit;
        if (frequency !== undefined) observation.frequency = frequency;
        observation.collection_date ??= collection_date;
      }
      yield batch;
    }
  },
});
