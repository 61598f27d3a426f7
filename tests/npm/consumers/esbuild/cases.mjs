import { join } from "node:path";

import { build, version } from "esbuild";

import { PAGE, opened } from "../bundled.mjs";
import { run } from "../process.mjs";

const FILES = new URL("../node/files/", import.meta.url);

const tool = `esbuild ${version}`;

export const cases = () => [
  { name: "esbuild page", tool, run: page },
  { name: "esbuild Node esm", tool, run: (context) => program(context, "esm", "out.mjs") },
  { name: "esbuild Node cjs", tool, run: (context) => program(context, "cjs", "out.cjs") },
];

async function page(context) {
  const folder = context.project(context.slug, PAGE);
  const outdir = join(folder, "dist");
  await build({ absWorkingDir: folder, entryPoints: ["main.js"], bundle: true, format: "esm", outdir, logLevel: "error" });
  return await opened(context, outdir);
}

/** The bundle runs where the package is not. */
async function program(context, format, outfile) {
  const folder = context.project(context.slug, FILES);
  // As a script's format has no await at the top, the entry is the one without.
  const entryPoints = [format === "cjs" ? "main.cjs" : "main.mjs"];
  const target = context.empty(`${context.slug}-bundle`);
  await build({
    absWorkingDir: folder,
    entryPoints,
    bundle: true,
    format,
    platform: "node",
    outfile: join(target, outfile),
    logLevel: "error",
  });
  return JSON.parse(await run(process.execPath, [outfile, context.base], { cwd: target }));
}
