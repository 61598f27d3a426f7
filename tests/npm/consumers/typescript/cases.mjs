// The types, in a project as strict as can be that checks its libraries too.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { run } from "../process.mjs";
import { toolFile, version } from "../project.mjs";
import { exported } from "./exported.mjs";

const FILES = new URL("files/", import.meta.url);

const COMPILERS = ["typescript", "typescript5"];

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
  COMPILERS.flatMap((compiler) =>
    Object.keys(RESOLUTIONS).map((resolution) => ({
      name: `tsc ${resolution}`,
      tool: `typescript ${version(compiler)}`,
      run: (context) => checked(context, compiler, resolution),
    })),
  );

async function checked({ project, slug }, compiler, resolution) {
  const folder = project(`${slug}-${compiler}`, FILES);
  const names = exported(join(folder, "node_modules", "tokenwire"));
  // Everything that is exported is imported, so that no type goes unread.
  writeFileSync(join(folder, "all.ts"), all(names));
  for (const globals of Object.values(GLOBALS)) {
    const compilerOptions = { ...STRICT, ...RESOLUTIONS[resolution], ...globals };
    // Only node's resolution knows that a file may be CommonJS.
    const files = ["use.ts", "all.ts", ...(resolution === "nodenext" ? ["use.cts"] : [])];
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    await run(process.execPath, [toolFile(compiler, "bin", "tsc"), "-p", folder]);
  }
  return `strict, es2022, libraries checked, with the DOM's types and with Node's: ${names.length} entries`;
}
