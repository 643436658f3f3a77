import { expect, test } from "bun:test";
import { changesText, stateText } from "../../src/cli/state_text.ts";
import { readTimes } from "../../src/cli/state_times.ts";

const known = new Set(["A_D", "B=C_D"]);

test("times are local, and a date is its midnight", () => {
  expect(readTimes(["A_D=2024-05-03", "B=C_D=2024-05-03T10:30"], known)).toEqual({
    A_D: "2024-05-03T00:00:00",
    "B=C_D": "2024-05-03T10:30:00",
  });
  expect(readTimes(["ANY_D=2024-05-03 10:30:05.5"], new Set())).toEqual({ ANY_D: "2024-05-03T10:30:05" });
});

test.each([
  ["A_D", '"A_D" is not CODE=TIME'],
  ["=2024-05-03", '"=2024-05-03" is not CODE=TIME'],
  ["A_M=2024-05-03", 'there is no series "A_M", did you mean "A_D"?'],
  ["A_D=May", 'the time of "A_D" has to be as 2024-05-03 or 2024-05-03T12:00:00, not "May"'],
  ["A_D=2024-05-03T00:00:00-03:00", 'the time of "A_D" is local, and takes no offset: "2024-05-03T00:00:00-03:00"'],
])("%s is an error", (word, problem) => {
  expect(() => readTimes([word], known)).toThrow(`Cannot read the arguments: ${problem}`);
});

test("a series is given once", () => {
  expect(() => readTimes(["A_D=2024", "A_D=2024-05-03", "A_D=2024-05-04"], known)).toThrow("2 problems");
});

test("a state is a line a series", () => {
  const state = { B_D: "2024-05-03T00:00:00", A_D: "2024-05-02T00:00:00" };
  expect(stateText({ place: "./state.json", state }, 1)).toBe(`series  read up to
A_D     2024-05-02T00:00:00
… and 1 more: -v shows all
`);
  expect(stateText({ place: "./state.json", state: null }, 20)).toBe(
    "./state.json: not saved yet, the next run reads all that the source has\n",
  );
});

test("a change is a line a series", () => {
  const time = "2024-05-03T00:00:00";
  const changes = [
    { internal_series_code: "A_D", before: undefined, after: time },
    { internal_series_code: "LONG_D", before: time, after: undefined },
  ];
  expect(changesText("set", changes, 20)).toBe(`A_D     none                 →  2024-05-03T00:00:00
LONG_D  2024-05-03T00:00:00  →  none
`);
  expect(changesText("set", [], 20)).toBe("nothing to change\n");
  expect(changesText("reset", [], 20)).toBe("there is no state to go by now\n");
});
