/** One way for a plugin file to be broken, and the one message that it gives. */
export interface BrokenPlugin {
  what: string;
  /** Files of the plugins folder; the one that is looked up is `bad`. */
  files: Readonly<Record<string, string>>;
  /** The message, and each problem as `file:line:column  message`. */
  says: readonly string[];
}

const definition = (more: string) => `import { defineTransformer } from "ingestor";
import * as v from "valibot";
const one = defineTransformer({ name: "bad", summary: "s", options: v.strictObject({}), async *transform() {} });
${more}
`;

export const brokenPlugins: readonly BrokenPlugin[] = [
  {
    what: "a syntax error",
    files: { "bad.ts": "export const a = 1;\nexport default 1 +;\n" },
    says: ['Cannot load plugin "bad": a syntax error', "bad.ts:2:19  Unexpected ;"],
  },
  {
    what: "several syntax errors",
    files: { "bad.ts": 'import { a } from "ingestor";\nexport default a({ name: "bad",\n  oops oops });\n' },
    says: [
      'Cannot load plugin "bad": 3 syntax errors',
      'bad.ts:3:8  Expected "}" but found "oops"',
      'bad.ts:3:13  Expected ")" but found "}"',
      'bad.ts:3:14  Expected ";" but found ")"',
    ],
  },
  {
    what: "a syntax error in a file that it imports",
    files: { "bad.ts": 'import { a } from "./lib/a.ts";\nexport default a;\n', "lib/a.ts": "export const a = ;\n" },
    says: ['Cannot load plugin "bad": a syntax error', "lib/a.ts:1:18  Unexpected ;"],
  },
  {
    what: "no default export",
    files: { "bad.ts": "export const a = 1;\n" },
    says: ['Cannot load plugin "bad": it is not a valid plugin', "bad.ts  it has no default export"],
  },
  {
    what: "an unknown package",
    files: { "bad.ts": '\nimport { z } from "left-pad";\nexport default z;\n' },
    says: [
      'Cannot load plugin "bad": an import that cannot be found',
      'bad.ts:2:19  there is no package "left-pad" to import',
    ],
  },
  {
    what: "an unknown file, imported by a file that it imports",
    files: {
      "bad.ts": 'import { a } from "./lib/a.ts";\nexport default a;\n',
      "lib/a.ts": 'import { b } from "./b.ts";\nexport const a = b;\n',
    },
    says: [
      'Cannot load plugin "bad": an import that cannot be found',
      'lib/a.ts:1:19  there is no file "./b.ts" to import',
    ],
  },
  {
    what: "an unknown name from ingestor",
    files: {
      "bad.ts": 'import {\n  IngestorError,\n  defineParsr,\n} from "ingestor";\nexport default defineParsr;\n',
    },
    says: [
      'Cannot load plugin "bad": an import of an unknown name',
      'bad.ts:3:3  "ingestor" does not export "defineParsr", did you mean "defineParser"?',
    ],
  },
  {
    what: "an unknown name from a file of its own",
    files: { "bad.js": 'import { c } from "./lib/a.ts";\nexport default c;\n', "lib/a.ts": "export const a = 1;\n" },
    says: ['Cannot load plugin "bad": an import of an unknown name', 'bad.js:1:10  "lib/a.ts" does not export "c"'],
  },
  {
    what: "an error thrown when it is loaded",
    files: { "bad.ts": '\n\nthrow new Error("boom");\n' },
    says: ['Cannot load plugin "bad": it throws when it is loaded', "bad.ts:3:11  boom"],
  },
  {
    what: "something else thrown when it is loaded",
    files: { "bad.ts": 'throw "boom";\n' },
    says: ['Cannot load plugin "bad": it throws when it is loaded', "bad.ts  boom"],
  },
  {
    what: "two files of one name",
    files: { "bad.ts": definition("export default one;"), "bad.js": "export default 1;\n" },
    says: ['Cannot load plugin "bad": two files have this name', "bad.ts  bad.js has the same name"],
  },
  {
    what: "two plugins of one stage",
    files: { "bad.ts": definition("export default [one, one];") },
    says: ['Cannot load plugin "bad": it is not a valid plugin', "bad.ts  it has more than one transform plugin"],
  },
  {
    what: "another name than its file",
    files: { "bad.ts": definition('export default { ...one, name: "good" };') },
    says: [
      'Cannot load plugin "bad": it is not a valid plugin',
      'bad.ts  the transform plugin calls itself "good": its name has to be "bad", as the file',
    ],
  },
  {
    what: "a default export that is no plugin",
    files: { "bad.ts": 'export default { name: "bad" };\n' },
    says: [
      'Cannot load plugin "bad": it is not a valid plugin',
      "bad.ts  its default export is not a plugin: it has to be made with defineExtractor, defineParser, " +
        "defineNormalizer, defineTransformer or defineLoader",
    ],
  },
  {
    what: "missing parts",
    files: {
      "bad.ts": 'export default { stage: "parse", name: "bad", options: {}, parses() {} };\n',
    },
    says: [
      'Cannot load plugin "bad": it is not a valid plugin',
      "bad.ts  the parse plugin has no summary",
      "bad.ts  the options of the parse plugin are not a v.strictObject",
      'bad.ts  the parse plugin has no function "parse", did you mean "parse"?',
    ],
  },
];
