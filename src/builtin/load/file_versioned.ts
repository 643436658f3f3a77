import * as v from "valibot";
import { defineLoader } from "../../api.ts";

export default defineLoader({
  name: "file_versioned",
  summary: "Keeps every version of the dataset in a folder",
  options: v.strictObject({
    root: v.pipe(
      v.optional(v.pipe(v.string(), v.nonEmpty()), "./data"),
      v.description("The folder of the store, made if need be; relative to the current folder"),
    ),
  }),
  store: ({ root }) => ({ kind: "file", root }),
});
