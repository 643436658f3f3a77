import { readdirSync } from "node:fs";
import { expect, test } from "bun:test";
import { templateIn } from "../support/cloudformation.ts";

const guide = await Bun.file("docs/deployment.md").text();
const files = readdirSync("deploy");

/** Each with all its arguments on one line. */
const deploys = guide
  .replaceAll(/ *\\\n */g, " ")
  .split("\n")
  .filter((line) => line.startsWith("aws cloudformation deploy "));

test("the guide tells of every file of deploy/, and of no other", () => {
  const named = new Set(guide.match(/(?<=\bdeploy\/)[a-z][\w.-]*\.(?:yaml|json|md)\b/g));
  // A list of datasets that is put there in the bucket.
  named.delete("datasets.jsonl");
  expect([...named].toSorted()).toEqual(files.toSorted());
});

test("the guide gives the templates no parameter that they do not have, and every one that they need", async () => {
  for (const file of files.filter((name) => name.endsWith(".yaml"))) {
    if (!(await Bun.file(`deploy/${file}`).text()).startsWith("AWSTemplateFormatVersion")) continue;
    const { Parameters } = await templateIn(`deploy/${file}`);
    const commands = deploys.filter((line) => line.includes(`/${file} `));
    const given = commands.map((command) => Array.from(command.matchAll(/[\s"]([A-Z]\w+)=/g), ([, name = ""]) => name));
    expect([file, given.flat().filter((name) => !(name in Parameters))]).toEqual([file, []]);
    const needed = Object.entries(Parameters).filter(([, parameter]) => !("Default" in parameter));
    expect([file, needed.map(([name]) => name).filter((name) => !given[0]?.includes(name))]).toEqual([file, []]);
  }
});

test("the guide explains every variable of the workflow", async () => {
  const workflow = await Bun.file(".github/workflows/deploy-ecs.yml").text();
  const variables = new Set(workflow.match(/(?<=\bvars\.)\w+/g));
  expect([...variables].filter((name) => !guide.includes(`| \`${name}\``))).toEqual([]);
});

test("the guide names the exit codes of the README", async () => {
  const readme = await Bun.file("README.md").text();
  const codes = Array.from(guide.matchAll(/^\| (\d+) +\|/gm), ([, code]) => Number(code));
  const ours = codes.filter((code) => code !== 137);
  expect(ours.filter((code) => !new RegExp(`^\\| (?:130, )?${code} +\\|`, "m").test(readme))).toEqual([]);
  expect(ours.length).toBeGreaterThan(5);
});
