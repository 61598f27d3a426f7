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
  await bundle({ absWorkingDir: folder, entryPoints: ["main.js"], format: "esm", outdir });
  return await opened(context, outdir);
}

/** The bundle runs where the package is not. */
async function program(context, format, file) {
  const folder = context.project(context.slug, FILES);
  const target = context.empty(`${context.slug}-bundle`);
  const entryPoints = [format === "cjs" ? "main.cjs" : "main.mjs"];
  const outfile = join(target, file);
  await bundle({ absWorkingDir: folder, entryPoints, format, platform: "node", outfile });
  return JSON.parse(await run(process.execPath, [file, context.base], { cwd: target }));
}

const bundle = (options) => build({ bundle: true, logLevel: "error", ...options });
