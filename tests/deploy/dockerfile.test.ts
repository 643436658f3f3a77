import { expect, test } from "bun:test";
import { validate } from "dockerfile-utils";
import { finalStage } from "../support/dockerfile.ts";

const text = await Bun.file("Dockerfile").text();
const image = finalStage(text);

test("the Dockerfile has no mistakes that a linter sees", () => {
  expect(validate(text).map(({ message }) => message)).toEqual([]);
  expect(validate(`${text}EXPOSEE 80\n`)).toHaveLength(1);
});

test("the compiler is the one that checks the code", () => {
  const [, version = "none"] = /^FROM .*oven\/bun:(\S+) AS build$/m.exec(text) ?? [];
  expect(version).toBe(Bun.version);
});

test("the image is distroless, runs as nobody, and starts the program", () => {
  expect(image.base).toMatch(/^gcr\.io\/distroless\/base-nossl-debian\d+:nonroot$/);
  expect(image.user).toMatch(/^[1-9]\d+:[1-9]\d+$/);
  expect(image.entrypoint).toEqual(["/usr/local/bin/ingestor"]);
});

test("the program finds the datasets and plugins of the image", () => {
  expect(image.copied).toContain(`${image.env["INGESTOR_DATASETS"]}/`);
  expect(image.copied).toContain(`${image.env["INGESTOR_PLUGINS"]}/`);
});

test("the image's user can read what a clone kept to its owner", () => {
  const folders = text.match(/^COPY (?!--from).* \/app\/.*$/gm) ?? [];
  expect(folders).toHaveLength(2);
  expect(folders.filter((line) => !line.startsWith("COPY --chmod=u=rwX,go=rX "))).toEqual([]);
});

test("nothing gets into the image that .dockerignore does not name", async () => {
  const lines = (await Bun.file(".dockerignore").text())
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(lines[0]).toBe("*");
  expect(lines.slice(1).filter((line) => !line.startsWith("!"))).toEqual([]);
});
