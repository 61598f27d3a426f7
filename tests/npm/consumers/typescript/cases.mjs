// The types, in a project as strict as can be that checks its libraries too.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { run } from "../process.mjs";
import { toolFile, version } from "../project.mjs";
import { exported } from "./exported.mjs";

const FILES = new URL("files/", import.meta.url);

const SOURCES = ["used.ts", "asked.ts", "answered.ts"];

/** The words of the files, which are to use every name. */
const USED = new Set(SOURCES.flatMap((name) => readFileSync(new URL(name, FILES), "utf8").match(/\w+/g)));

/** The older compiler is slow, and sees one set of globals. */
const COMPILERS = { typescript: ["dom", "node"], typescript5: ["dom"] };

const STRICT = {
  target: "es2022",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
};

const RESOLUTIONS = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

/** Where `fetch`, streams and signals come from. */
const GLOBALS = {
  dom: { lib: ["es2022", "dom", "dom.iterable"], types: [] },
  node: { lib: ["es2022"], types: ["node"], typeRoots: [toolFile("@types")] },
};

export const cases = () =>
  Object.keys(COMPILERS).flatMap((compiler) =>
    Object.keys(RESOLUTIONS).map((resolution) => ({
      name: `tsc ${resolution}`,
      tool: `typescript ${version(compiler)}`,
      run: (context) => checked(context, compiler, resolution),
    })),
  );

async function checked({ project, slug }, compiler, resolution) {
  const folder = project(`${slug}-${compiler}`, FILES);
  const unused = exported(join(folder, "node_modules", "tokenwire")).filter((name) => !USED.has(name));
  if (unused.length > 0) throw new Error(`nothing uses ${unused.join(", ")}`);
  for (const globals of COMPILERS[compiler]) {
    const compilerOptions = { ...STRICT, ...RESOLUTIONS[resolution], ...GLOBALS[globals] };
    // Only node's resolution knows that a file may be CommonJS.
    const files = [...SOURCES, ...(resolution === "nodenext" ? ["used.cts"] : [])];
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    await run(process.execPath, [toolFile(compiler, "bin", "tsc"), "-p", "."], { cwd: folder });
  }
  return `strict, es2022, declarations checked; globals of ${COMPILERS[compiler].join(", then of ")}`;
}
