import { expect, test } from "bun:test";
import { logFormatFlag, logFormatOf } from "../../src/cli/log_format.ts";

test.each([
  [undefined, {}, false, "text"],
  [undefined, {}, true, "text"],
  [undefined, { CI: "true" }, false, "json"],
  [undefined, { CI: "true" }, true, "text"],
  [undefined, { CI: "false" }, false, "text"],
  [undefined, { CI: "" }, false, "text"],
  [undefined, { ECS_CONTAINER_METADATA_URI_V4: "http://169.254.170.2/v4/x" }, false, "json"],
  [undefined, { AWS_EXECUTION_ENV: "AWS_ECS_FARGATE" }, false, "json"],
  [undefined, { LOG_FORMAT: "JSON" }, true, "json"],
  [undefined, { LOG_FORMAT: "text", CI: "1" }, false, "text"],
  [undefined, { LOG_FORMAT: "" }, false, "text"],
  ["text", { LOG_FORMAT: "json" }, false, "text"],
  ["json", {}, true, "json"],
] as const)("flag %j, environment %j, terminal %j: %s", (flag, env, isTerminal, format) => {
  expect(logFormatOf(flag, env, isTerminal)).toBe(format);
});

test("another format is an error that says where it is from", () => {
  expect(() => logFormatOf("jason", {}, false)).toThrow(
    'Cannot use "jason" of --log-format for the log: it is not one of json, text, did you mean "json"?',
  );
  expect(() => logFormatOf(undefined, { LOG_FORMAT: "logfmt" }, false)).toThrow('"logfmt" of LOG_FORMAT');
});

test.each([
  [["run", "x", "--log-format", "json"], "json"],
  [["run", "--log-format=text", "x"], "text"],
  [["run", "x"], undefined],
])("in %j the flag is %j", (argv, value) => {
  expect(logFormatFlag(argv)).toBe(value);
});
